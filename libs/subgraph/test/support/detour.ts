import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that a test can close: for one service the server is then away, for everybody else it is not. */
export class Detour {
  private readonly sockets = new Set<Socket>();
  private isClosed = false;

  private constructor(private readonly server: Server) {}

  static async to(url: string): Promise<{ detour: Detour; url: string }> {
    const target = new URL(url);
    const there = { port: Number(target.port), host: target.hostname };
    const server = createServer();
    const detour = new Detour(server);
    server.on('connection', (near) => {
      if (detour.isClosed) return void near.destroy();
      const far = connect(there);
      for (const [from, into] of [
        [near, far],
        [far, near],
      ] as const) {
        detour.sockets.add(from);
        from.on('error', () => undefined);
        from.on('close', () => {
          detour.sockets.delete(from);
          into.destroy();
        });
        from.pipe(into);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    target.port = String((server.address() as AddressInfo).port);
    target.hostname = '127.0.0.1';
    return { detour, url: target.toString() };
  }

  close(): void {
    this.isClosed = true;
    for (const socket of this.sockets) socket.destroy();
  }

  open(): void {
    this.isClosed = false;
  }

  async end(): Promise<void> {
    this.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
