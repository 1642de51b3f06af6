import type { IncomingMessage } from "node:http";

/** Why a body was not read: what is to be answered. */
export class BodyRefused extends Error {
  readonly status: 408 | 413 | 415 | 503;
  constructor(status: BodyRefused["status"], message: string) {
    super(message);
    this.status = status;
  }
}

/** The sender went away before its body was whole: nobody is left to be answered. */
export class BodyAborted extends Error {}

/** Reads the bodies of one server's requests. */
export type Bodies = {
  /**
   * @param most bytes
   * @throws BodyRefused, BodyAborted
   */
  read(request: IncomingMessage, most: number): Promise<Buffer>;
};

type UnderWay = { bytes: number; giveUp(why: BodyRefused): void };

/**
 * Bodies are held in memory until they are whole, whoever sends them. So each has a time limit, and
 * all that are under way share a budget of bytes: where it is used up, the one that is under way
 * longest is given up, for what is meant to arrive does so at once. Counted is what has arrived, not
 * what was announced: announcing costs nothing.
 *
 * @param budgetBytes not less than the largest body that is read
 */
export function createBodies({
  timeoutMs,
  budgetBytes,
}: {
  timeoutMs: number;
  budgetBytes: number;
}): Bodies {
  // oldest first
  const underWay = new Set<UnderWay>();
  let arrived = 0;

  function makeRoom(): void {
    for (const oldest of underWay) {
      if (arrived <= budgetBytes) return;
      oldest.giveUp(new BodyRefused(503, "Too much is under way. Please send it again."));
    }
  }

  return {
    read(request, most) {
      return new Promise((resolve, reject) => {
        const refusal = refusalOf(request, most);
        if (refusal) return reject(refusal);
        const chunks: Buffer[] = [];
        const end = () => {
          clearTimeout(timer);
          request.off("data", take).off("end", finish).off("close", abort).off("error", abort);
          underWay.delete(body);
          arrived -= body.bytes;
          // a body of 5 MB, given up, must not wait for the promise to be collected
          return chunks.splice(0);
        };
        const body: UnderWay = {
          bytes: 0,
          giveUp(why) {
            end();
            reject(why);
          },
        };
        const take = (chunk: Buffer) => {
          if (body.bytes + chunk.length > most) return body.giveUp(tooLarge(most));
          chunks.push(chunk);
          body.bytes += chunk.length;
          arrived += chunk.length;
          makeRoom();
        };
        const finish = () => resolve(Buffer.concat(end()));
        const abort = () => {
          end();
          reject(new BodyAborted("The body was cut off."));
        };
        const timer = setTimeout(() => {
          body.giveUp(new BodyRefused(408, "The body did not arrive in time."));
        }, timeoutMs);
        underWay.add(body);
        request.on("data", take).on("end", finish).on("close", abort).on("error", abort);
      });
    },
  };
}

function refusalOf({ headers }: IncomingMessage, most: number): BodyRefused | null {
  const encoding = headers["content-encoding"] ?? "identity";
  // what it becomes has no limit, and a webhook's signature is of the bytes as they are sent
  if (encoding.toLowerCase() !== "identity") {
    return new BodyRefused(415, "The body is compressed. Send it as it is.");
  }
  return Number(headers["content-length"] ?? 0) > most ? tooLarge(most) : null;
}

function tooLarge(most: number): BodyRefused {
  return new BodyRefused(413, `The body is larger than ${most / 1024 / 1024} MB.`);
}
