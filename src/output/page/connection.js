// The line to mien: opens it, opens it again when it breaks, and says in which of its states it is.

const retryMs = 1000;
const pictureHeaderBytes = 16;

/**
 * Connects to the server that this page came from, for as long as the page is open.
 *
 * @param {{
 *   onState: (state: 'live' | 'gone' | 'moved' | 'full') => void,
 *   onMessage: (message: any) => void,
 *   onPicture: (picture: { number: number, isSplit: boolean, takenAtMs: number, jpeg: Uint8Array }) => void,
 * }} handlers - `gone`: nobody listens; `moved`: mien runs, but under a new address; `full`: too many pages are open
 * @returns {{ send: (message: object) => void }} `send` drops the message while there is no connection
 */
export function connect(handlers) {
  let socket = null;

  const open = () => {
    let wasOpen = false;
    socket = new WebSocket(new URL('socket', location.href.replace(/^http/, 'ws')));
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      wasOpen = true;
      handlers.onState('live');
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') handlers.onMessage(JSON.parse(data));
      else handlers.onPicture(readPicture(data));
    };
    socket.onclose = async () => {
      handlers.onState(wasOpen ? 'gone' : await whyRefused());
      setTimeout(open, retryMs);
    };
  };
  open();

  return {
    send(message) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
}

/** A browser does not tell a page why its socket was refused; a plain request does. */
async function whyRefused() {
  try {
    const answer = await fetch('mark.svg', { method: 'HEAD', cache: 'no-store' });
    return answer.ok ? 'full' : 'moved';
  } catch {
    return 'gone'; // nobody answers at all
  }
}

/** The header is described in preview-protocol.ts. */
function readPicture(data) {
  const header = new DataView(data);
  return {
    number: header.getUint32(0, true),
    isSplit: (header.getUint32(4, true) & 1) !== 0,
    takenAtMs: header.getFloat64(8, true),
    jpeg: new Uint8Array(data, pictureHeaderBytes),
  };
}
