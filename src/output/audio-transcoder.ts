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

/** A configured filter graph, and where sound goes in and comes out. */
interface Resampler {
  readonly graph: FilterGraph;
  readonly entry: FilterContext;
  readonly exit: FilterContext;
}

/** What turns packets of any codec into packets of AAC. Each part must be freed: node-av crashes on codecs left behind. */
interface Chain {
  readonly decoder: CodecContext;
  readonly resampler: Resampler;
  readonly encoder: CodecContext;
}

/** Codes one sound track anew as AAC, in stereo at most. */
export class AudioTranscoder {
  readonly #ffmpeg: Ffmpeg;
  readonly #target: Stream;
  readonly #shift: bigint;
  readonly #write: (packet: Packet) => void;
  readonly #decoder: CodecContext;
  readonly #encoder: CodecContext;
  readonly #resampler: Resampler;
  readonly #frame: AvFrame;
  readonly #packet: Packet;

  /**
   * @param shift - taken from the source's time stamps. @param write - takes packets that are ready for the output.
   * @returns null if FFmpeg cannot decode the track.
   */
  static open(
    ffmpeg: Ffmpeg,
    output: FormatContext,
    source: Stream,
    shift: bigint,
    write: (packet: Packet) => void,
  ): AudioTranscoder | null {
    const chain = openChain(ffmpeg, source);
    if (!chain) return null;
    const target = output.newStream(null);
    target.codecpar.fromContext(chain.encoder);
    target.timeBase = chain.encoder.timeBase;
    return new AudioTranscoder(ffmpeg, chain, target, shift, write);
  }

  private constructor(
    ffmpeg: Ffmpeg,
    { decoder, resampler, encoder }: Chain,
    target: Stream,
    shift: bigint,
    write: (packet: Packet) => void,
  ) {
    this.#ffmpeg = ffmpeg;
    this.#target = target;
    this.#shift = shift;
    this.#write = write;
    this.#decoder = decoder;
    this.#resampler = resampler;
    this.#encoder = encoder;
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
    this.#resampler.entry.buffersrcAddFrameSync(null);
    this.#encodeFiltered();
    this.#encoder.sendFrameSync(null);
    this.#takePackets();
  }

  /** Call once. */
  close(): void {
    this.#frame.free();
    this.#packet.free();
    this.#resampler.graph.free();
    this.#decoder.freeContext();
    this.#encoder.freeContext();
  }

  #decode(): void {
    while (this.#decoder.receiveFrameSync(this.#frame) >= 0) {
      const stamp = this.#frame.bestEffortTimestamp;
      if (stamp !== this.#ffmpeg.AV_NOPTS_VALUE) this.#frame.pts = stamp - this.#shift;
      this.#ffmpeg.FFmpegError.throwIfError(
        this.#resampler.entry.buffersrcAddFrameSync(this.#frame),
        'resampling the sound',
      );
      this.#encodeFiltered();
    }
  }

  #encodeFiltered(): void {
    while (this.#resampler.exit.buffersinkGetFrameSync(this.#frame) >= 0) {
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

/** Opens the parts for one track; null, with nothing left open, if one of them cannot handle it. */
function openChain(ffmpeg: Ffmpeg, source: Stream): Chain | null {
  const decoder = openDecoder(ffmpeg, source);
  if (!decoder) return null;
  const rate = COMMON_RATES.has(decoder.sampleRate) ? decoder.sampleRate : 48_000;
  const channels = Math.min(2, source.codecpar.channels);
  const resampler = channels > 0 ? buildResampler(ffmpeg, decoder, source, rate, channels) : null;
  const encoder = resampler && openAac(ffmpeg, rate, channels);
  if (encoder) return { decoder, resampler, encoder };
  resampler?.graph.free();
  decoder.freeContext();
  return null;
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

function openAac(ffmpeg: Ffmpeg, rate: number, channels: number): CodecContext | null {
  const codec = ffmpeg.Codec.findEncoder(ffmpeg.AV_CODEC_ID_AAC);
  const encoder = new ffmpeg.CodecContext();
  encoder.allocContext3(codec);
  encoder.sampleFormat = ffmpeg.AV_SAMPLE_FMT_FLTP;
  encoder.sampleRate = rate;
  encoder.channelLayout = ffmpeg.avChannelLayoutDefault(channels);
  encoder.bitRate = BITS_PER_CHANNEL * BigInt(channels);
  encoder.timeBase = new ffmpeg.Rational(1, rate);
  encoder.setFlags(ffmpeg.AV_CODEC_FLAG_GLOBAL_HEADER);
  if (encoder.open2Sync(codec, null) >= 0) return encoder;
  encoder.freeContext();
  return null;
}

/** From whatever the decoder gives to what the encoder takes: float planes, 1024 samples at a time. Null if it cannot. */
function buildResampler(
  ffmpeg: Ffmpeg,
  decoder: CodecContext,
  source: Stream,
  rate: number,
  channels: number,
): Resampler | null {
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
  const filters: readonly (readonly [name: string, args: string | null])[] = [
    ['abuffer', input.join(':')],
    // Gaps in the input's times become silence, so that sound and pictures stay together.
    ['aresample', 'async=1'],
    ['aformat', output.join(':')],
    ['asetnsamples', `n=${AAC_FRAME}:p=0`],
    ['abuffersink', null],
  ];
  const graph = new ffmpeg.FilterGraph();
  graph.alloc();
  const chain = filters.map(([name, args]) => graph.createFilter(ffmpeg.Filter.getByName(name)!, name, args));
  const isLinked = chain.every((filter, index) => {
    const before = chain[index - 1];
    return filter && (index === 0 || (before && before.link(0, filter, 0) >= 0));
  });
  if (isLinked && graph.configSync() >= 0) return { graph, entry: chain[0]!, exit: chain.at(-1)! };
  graph.free();
  return null;
}
