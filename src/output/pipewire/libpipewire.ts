import koffi from 'koffi';
import { UserError } from '../../errors.js';

// The calls of libpipewire that mien needs, as they are declared in pipewire/*.h. Pointers are numbers (user space fits
// into 48 bits), null is 0.

/** States of a stream, `enum pw_stream_state`; below them is only the one of an error. */
export const STATE_UNCONNECTED = 0;
export const STATE_CONNECTING = 1;
export const STATE_PAUSED = 2;
export const STATE_STREAMING = 3;

/** PW_DIRECTION_OUTPUT: a stream that gives. */
export const DIRECTION_OUTPUT = 1;
/** PW_ID_ANY: no consumer in particular. */
export const ID_ANY = 0xffff_ffff;

/** The library maps the memory of buffers into this process. */
export const FLAG_MAP_BUFFERS = 1 << 2;
/** This stream sets the pace of its consumers. */
export const FLAG_DRIVER = 1 << 3;

/** A pointer. */
export type Address = number;

interface PipewireFunctions {
  loopNew(name: string, properties: null): Address;
  loopStart(loop: Address): number;
  loopStop(loop: Address): void;
  loopDestroy(loop: Address): void;
  loopLock(loop: Address): void;
  loopUnlock(loop: Address): void;
  loopGet(loop: Address): Address;
  contextNew(loop: Address, properties: null, userDataSize: number): Address;
  contextConnect(context: Address, properties: null, userDataSize: number): Address;
  contextDestroy(context: Address): void;
  coreDisconnect(core: Address): number;
  propertiesFrom(text: string): Address;
  streamNew(core: Address, name: string, properties: Address): Address;
  streamConnect(
    stream: Address,
    direction: number,
    target: number,
    flags: number,
    params: BigUint64Array,
    paramCount: number,
  ): number;
  streamState(stream: Address, error: null): number;
  streamDequeue(stream: Address): Address;
  streamQueue(stream: Address, buffer: Address): number;
  streamTrigger(stream: Address): number;
  streamDestroy(stream: Address): void;
}

let loaded: PipewireFunctions | undefined;

/**
 * libpipewire, loaded and initialised on first use.
 *
 * @throws UserError LIBRARY_MISSING.
 */
export function libpipewire(): PipewireFunctions {
  loaded ??= load();
  return loaded;
}

function load(): PipewireFunctions {
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load('libpipewire-0.3.so.0');
  } catch (error) {
    throw new UserError(
      'LIBRARY_MISSING',
      'libpipewire-0.3.so.0 was not found: without it mien cannot be a PipeWire camera.',
      'Install it with: sudo apt install libpipewire-0.3-0 (Fedora and Arch: pipewire).',
      { cause: error },
    );
  }
  library.func('void pw_init(void *argc, void *argv)')(null, null);
  // The library writes its own complaints to the terminal, over the dashboard: mien tells of them in its own words.
  if (process.env['PIPEWIRE_DEBUG'] === undefined) library.func('void pw_log_set_level(int level)')(0);
  return {
    loopNew: library.func('uintptr_t pw_thread_loop_new(const char *name, void *properties)'),
    loopStart: library.func('int pw_thread_loop_start(uintptr_t loop)'),
    loopStop: library.func('void pw_thread_loop_stop(uintptr_t loop)'),
    loopDestroy: library.func('void pw_thread_loop_destroy(uintptr_t loop)'),
    loopLock: library.func('void pw_thread_loop_lock(uintptr_t loop)'),
    loopUnlock: library.func('void pw_thread_loop_unlock(uintptr_t loop)'),
    loopGet: library.func('uintptr_t pw_thread_loop_get_loop(uintptr_t loop)'),
    contextNew: library.func('uintptr_t pw_context_new(uintptr_t loop, void *properties, size_t size)'),
    contextConnect: library.func('uintptr_t pw_context_connect(uintptr_t context, void *properties, size_t size)'),
    contextDestroy: library.func('void pw_context_destroy(uintptr_t context)'),
    coreDisconnect: library.func('int pw_core_disconnect(uintptr_t core)'),
    propertiesFrom: library.func('uintptr_t pw_properties_new_string(const char *text)'),
    streamNew: library.func('uintptr_t pw_stream_new(uintptr_t core, const char *name, uintptr_t properties)'),
    streamConnect: library.func(
      'int pw_stream_connect(uintptr_t stream, int direction, uint32_t target, int flags, void *params, uint32_t count)',
    ),
    streamState: library.func('int pw_stream_get_state(uintptr_t stream, void *error)'),
    streamDequeue: library.func('uintptr_t pw_stream_dequeue_buffer(uintptr_t stream)'),
    streamQueue: library.func('int pw_stream_queue_buffer(uintptr_t stream, uintptr_t buffer)'),
    streamTrigger: library.func('int pw_stream_trigger_process(uintptr_t stream)'),
    streamDestroy: library.func('void pw_stream_destroy(uintptr_t stream)'),
  };
}
