import type {
  Frame as AvFrame,
  CodecContext,
  FilterContext,
  FilterGraph,
  FormatContext,
  Packet,
  Stream,
} from 'node-av/lib';
import type { Ffmpeg } from '../system/ffmpeg.js';

/** Bits a second of AAC for each channel: transparent for speech and good for music. */
const BITS_PER_CHANNEL = 96_000n;

/** Rates that AAC is commonly played at; others become 48000. */
const COMMON_RATES = new Set([22_050, 24_000, 32_000, 44_100, 48_000]);

/** Samples in one AAC frame. */
const AAC_FRAME = 1024;

/** Codes one sound track anew as AAC, in stereo at most. */
export class AudioTranscoder {
  readonly #ffmpeg: Ffmpeg;
  readonly #target: Stream;
  readonly #shift: bigint;
  readonly #write: (packet: Packet) => void;
  readonly #decoder: CodecContext;
  readonly #encoder: CodecContext;
  readonly #graph: FilterGraph;
  readonly #entry: FilterContext;
  readonly #exit: FilterContext;
  readonly #frame: AvFrame;
  readonly #packet: Packet;

  /**
   * @param shift - taken from the source's time stamps. @param write - takes packets that are ready for the output.
   * @returns null if the track is coded in a way that FFmpeg cannot decode: the film is then without it.
   */
  static open(
    ffmpeg: Ffmpeg,
    output: FormatContext,
    source: Stream,
    shift: bigint,
    write: (packet: Packet) => void,
  ): AudioTranscoder | null {
    const decoder = openDecoder(ffmpeg, source);
    return decoder && new AudioTranscoder(ffmpeg, output, source, shift, write, decoder);
  }

  private constructor(
    ffmpeg: Ffmpeg,
    output: FormatContext,
    source: Stream,
    shift: bigint,
    write: (packet: Packet) => void,
    decoder: CodecContext,
  ) {
    this.#ffmpeg = ffmpeg;
    this.#shift = shift;
    this.#write = write;
    this.#decoder = decoder;
    const rate = COMMON_RATES.has(decoder.sampleRate) ? decoder.sampleRate : 48_000;
    const channels = Math.min(2, source.codecpar.channels);
    [this.#graph, this.#entry, this.#exit] = buildResampler(ffmpeg, decoder, source, rate, channels);
    this.#encoder = openAac(ffmpeg, rate, channels);
    this.#target = output.newStream(null);
    ffmpeg.FFmpegError.throwIfError(this.#target.codecpar.fromContext(this.#encoder), 'describing the sound');
    this.#target.timeBase = this.#encoder.timeBase;
    this.#frame = new ffmpeg.Frame();
    this.#frame.alloc();
    this.#packet = new ffmpeg.Packet();
    this.#packet.alloc();
  }

  /** Takes a packet of the source. Damaged ones are passed over. */
  push(packet: Packet): void {
    if (this.#decoder.sendPacketSync(packet) >= 0) this.#decode();
  }

  finish(): void {
    this.#decoder.sendPacketSync(null);
    this.#decode();
    this.#entry.buffersrcAddFrameSync(null);
    this.#encodeFiltered();
    this.#encoder.sendFrameSync(null);
    this.#takePackets();
  }

  /** Call once. */
  close(): void {
    this.#frame.free();
    this.#packet.free();
    this.#graph.free();
    this.#decoder.freeContext();
    this.#encoder.freeContext();
  }

  #decode(): void {
    while (this.#decoder.receiveFrameSync(this.#frame) >= 0) {
      const stamp = this.#frame.bestEffortTimestamp;
      if (stamp !== this.#ffmpeg.AV_NOPTS_VALUE) this.#frame.pts = stamp - this.#shift;
      this.#ffmpeg.FFmpegError.throwIfError(this.#entry.buffersrcAddFrameSync(this.#frame), 'resampling the sound');
      this.#encodeFiltered();
    }
  }

  #encodeFiltered(): void {
    while (this.#exit.buffersinkGetFrameSync(this.#frame) >= 0) {
      this.#ffmpeg.FFmpegError.throwIfError(this.#encoder.sendFrameSync(this.#frame), 'encoding the sound');
      this.#frame.unref();
      this.#takePackets();
    }
  }

  #takePackets(): void {
    while (this.#encoder.receivePacketSync(this.#packet) >= 0) {
      // What was heard before the first picture, and the encoder's lead-in, have no place in the film.
      if (this.#packet.pts >= 0n) {
        this.#packet.streamIndex = this.#target.index;
        this.#packet.rescaleTs(this.#encoder.timeBase, this.#target.timeBase);
        this.#write(this.#packet);
      }
      this.#packet.unref();
    }
  }
}

function openDecoder(ffmpeg: Ffmpeg, source: Stream): CodecContext | null {
  const codec = ffmpeg.Codec.findDecoder(source.codecpar.codecId);
  if (!codec) return null;
  const decoder = new ffmpeg.CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(source.codecpar);
  decoder.pktTimebase = source.timeBase;
  if (decoder.open2Sync(codec, null) >= 0) return decoder;
  decoder.freeContext();
  return null;
}

function openAac(ffmpeg: Ffmpeg, rate: number, channels: number): CodecContext {
  const codec = ffmpeg.Codec.findEncoder(ffmpeg.AV_CODEC_ID_AAC);
  const encoder = new ffmpeg.CodecContext();
  encoder.allocContext3(codec);
  encoder.sampleFormat = ffmpeg.AV_SAMPLE_FMT_FLTP;
  encoder.sampleRate = rate;
  encoder.channelLayout = ffmpeg.avChannelLayoutDefault(channels);
  encoder.bitRate = BITS_PER_CHANNEL * BigInt(channels);
  encoder.timeBase = new ffmpeg.Rational(1, rate);
  encoder.setFlags(ffmpeg.AV_CODEC_FLAG_GLOBAL_HEADER);
  ffmpeg.FFmpegError.throwIfError(encoder.open2Sync(codec, null), 'opening the AAC encoder');
  return encoder;
}

/** From whatever the decoder gives to what the encoder takes: float planes, 1024 samples at a time. */
function buildResampler(
  ffmpeg: Ffmpeg,
  decoder: CodecContext,
  source: Stream,
  rate: number,
  channels: number,
): [FilterGraph, FilterContext, FilterContext] {
  const layoutOf = (count: number): string =>
    ffmpeg.avChannelLayoutDescribe(ffmpeg.avChannelLayoutDefault(count)) ?? 'stereo';
  const inputLayout = ffmpeg.avChannelLayoutDescribe(decoder.channelLayout) ?? layoutOf(source.codecpar.channels);
  const { num, den } = source.timeBase;
  const input = [
    `time_base=${num}/${den}`,
    `sample_rate=${decoder.sampleRate}`,
    `sample_fmt=${ffmpeg.avGetSampleFmtName(decoder.sampleFormat)}`,
    `channel_layout=${inputLayout}`,
  ];
  const output = ['sample_fmts=fltp', `sample_rates=${rate}`, `channel_layouts=${layoutOf(channels)}`];
  const graph = new ffmpeg.FilterGraph();
  graph.alloc();
  const add = (filter: string, args: string | null): FilterContext => {
    const context = graph.createFilter(ffmpeg.Filter.getByName(filter)!, filter, args);
    if (!context) throw new Error(`the filter ${filter} refuses ${args}`);
    return context;
  };
  const chain = [
    add('abuffer', input.join(':')),
    // Gaps in the input's times become silence, so that sound and pictures stay together.
    add('aresample', 'async=1'),
    add('aformat', output.join(':')),
    add('asetnsamples', `n=${AAC_FRAME}:p=0`),
    add('abuffersink', null),
  ] as const;
  for (let i = 1; i < chain.length; i++) chain[i - 1]!.link(0, chain[i]!, 0);
  ffmpeg.FFmpegError.throwIfError(graph.configSync(), 'setting up the resampling of the sound');
  return [graph, chain[0], chain[4]];
}
