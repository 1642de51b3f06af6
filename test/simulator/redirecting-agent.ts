import { isIP } from "node:net";
import { Agent, buildConnector } from "undici";

/**
 * What connects by it reaches the local stand-in where it asks for a shop, and nothing outside this
 * machine.
 *
 * @param simulator the stand-in's address
 */
export function redirectingAgent(simulator: string): Agent {
  const { hostname: host, port } = new URL(simulator);
  const connect = buildConnector({});
  return new Agent({
    connect(options, callback) {
      const asked = options.hostname;
      if (asked.endsWith(".myshopify.com")) {
        // Plain HTTP on the wire: the stand-in has no certificate for the shop's name.
        connect({ ...options, protocol: "http:", hostname: host, host, port }, callback);
      } else if (asked === "localhost" || (isIP(asked) !== 0 && asked.startsWith("127."))) {
        connect(options, callback);
      } else {
        callback(new Error(`Connections to ${asked} are refused in tests.`), null);
      }
    },
  });
}
