import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A connection on which a test writes what no client would. */
export type RawConnection = {
  socket: Socket;
  /** what came back so far */
  answer(): string;
  /** the first status that comes; null: the connection ended without one */
  status(): Promise<number | null>;
  /** resolves when the other side has ended the connection */
  ended: Promise<unknown>;
};

/** Opens a connection to a server and writes the head of a request, and as much more as is given. */
export async function openRaw(url: string, head: string, more?: Buffer): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, "connect");
  let answer = "";
  const ended = new Promise((resolve) => socket.once("close", resolve));
  // what is written to a connection that was cut off fails
  socket
    .on("error", () => {})
    .on("data", (bytes) => {
      answer += bytes.toString("latin1");
    });
  socket.write(head.replaceAll("\n", "\r\n"));
  if (more) socket.write(more);
  return {
    socket,
    answer: () => answer,
    async status() {
      for (;;) {
        const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? [];
        if (status) return Number(status);
        if (socket.closed) return null;
        await sleep(20);
      }
    },
    ended,
  };
}

/** Asks once; answers the status. */
export async function askRaw(url: string, head: string): Promise<number | null> {
  const connection = await openRaw(url, head);
  const status = await connection.status();
  connection.socket.destroy();
  return status;
}
