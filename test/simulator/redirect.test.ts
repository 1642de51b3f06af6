import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

let server: Server;
const asked: string[] = [];

beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url}`);
    response.end("from the stand-in");
  });
  await new Promise<void>((ready) => server.listen(0, "localhost", ready));
});

afterEach(() => {
  server.close();
});

/** What a process with the redirection gets to see at an address: the body, or why not. */
async function look(address: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...["--import", fileURLToPath(new URL("./redirect.ts", import.meta.url))],
      ...[
        "--eval",
        "fetch(process.env.ADDRESS).then((a) => a.text(), (e) => e.cause.message).then(console.log)",
      ],
    ],
    {
      env: {
        ...process.env,
        ADDRESS: address,
        SIMULATED_SHOPIFY_URL: `http://localhost:${(server.address() as AddressInfo).port}`,
      },
    },
  );
  return stdout.trim();
}

test("a shop's address leads to the stand-in, under the shop's name", async () => {
  expect(await look("https://tulips.myshopify.com/admin/x?y=1")).toBe("from the stand-in");
  expect(asked).toEqual(["tulips.myshopify.com/admin/x?y=1"]);
});

test("other hosts are refused, also those that only look like shops", async () => {
  for (const host of ["example.com", "myshopify.com.example.com", "127.example.com"]) {
    expect(await look(`https://${host}/`)).toBe(`Connections to ${host} are refused in tests.`);
  }
  expect(asked).toEqual([]);
});
