import { connect } from 'node:net';

/**
 * Whether a broker answers that it has joined its cluster: one Metadata request (version 1, no topics) by hand, so that
 * the runner needs no Kafka client. Reading a log line instead would depend on the logging binding.
 */
export function answersAsBroker(host, port, withinMs = 2_000) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let received = Buffer.alloc(0);
    const finish = (answer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), withinMs);
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) finish(countBrokers(received) > 0);
    });
  });
}

function metadataRequest() {
  const client = Buffer.from('zhijia-local');
  const body = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4);
  let at = body.writeInt32BE(body.length - 4, 0);
  at = body.writeInt16BE(3, at); // Metadata
  at = body.writeInt16BE(1, at); // version
  at = body.writeInt32BE(1, at); // correlation
  at = body.writeInt16BE(client.length, at);
  at += client.copy(body, at);
  body.writeInt32BE(0, at); // no topics
  return body;
}

/** Size, correlation, then the list of brokers that are not fenced off. */
function countBrokers(response) {
  return response.length >= 12 ? response.readInt32BE(8) : 0;
}
