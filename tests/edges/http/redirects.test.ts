import { describe, expect, it } from "vitest";
import type { HttpArgs } from "../../../src/core/http-call.ts";
import { ask, canaries, get, host, page, post, resets, says } from "./ground.ts";
import type { Reply } from "./ground.ts";

const to = (location: string, status = 302): Reply =>
  says(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
const firstLines = (requests: readonly string[]): readonly string[] =>
  requests.map((request) => request.split(" HTTP/1.1\r\n")[0] ?? "");

describe("which method follows", () => {
  it.each<[HttpArgs["method"], number, string | null]>([
    ["GET", 301, "GET"],
    ["GET", 302, "GET"],
    ["GET", 303, "GET"],
    ["GET", 307, "GET"],
    ["GET", 308, "GET"],
    ["HEAD", 302, "HEAD"],
    ["HEAD", 303, "HEAD"],
    ["OPTIONS", 307, "OPTIONS"],
    ["POST", 301, "GET"],
    ["POST", 302, "GET"],
    ["POST", 303, "GET"],
    ["POST", 307, null],
    ["POST", 308, null],
    ["PUT", 302, null],
    ["PUT", 303, "GET"],
    ["PUT", 307, null],
    ["PATCH", 301, null],
    ["DELETE", 302, null],
    ["DELETE", 303, "GET"],
    ["GET", 300, null],
    ["GET", 304, null],
  ])("%s, %i: %s", async (method, status, next) => {
    const { port, url, requests } = await host([
      to("/b", status),
      says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ]);
    const more = ["GET", "HEAD", "OPTIONS"].includes(method)
      ? {}
      : { body: "one", headers: { "Content-Type": "a/b", "X-A": "1" } };
    const effect = await ask({ method, url: `${url}/a`, ...more }, { port });
    expect(effect.outcome).toBe("done");
    expect(firstLines(requests)).toEqual(next === null ? [`${method} /a`] : [`${method} /a`, `${next} /b`]);
    if (next === null) return;
    expect(effect.text).toContain(`${method} ${url}/a → ${status}\n${next} ${url}/b → 200`);
    expect(requests[1]).not.toMatch(/idempotency-key|content-|\r\n\r\n./i);
    expect(/x-a: 1/i.test(requests[1] ?? "")).toBe("body" in more);
  });
});

describe("which redirects are followed", () => {
  it.each<[string, string, RegExp]>([
    ["to no address", "http://[", /leads to no address/],
    ["to another scheme", "file:///etc/passwd", /file: is not spoken here/],
    ["to a login", "http://a:b@127.0.0.1/", /a login/],
    ["to encoded dots", "/x/..%2fadmin", /encoded dots/],
  ])("not %s", async (_, location, why) => {
    const { port, url, requests } = await host(to(location));
    const { outcome, text } = await ask(get(url), { port });
    expect(text).toMatch(why);
    expect(outcome).toBe("done");
    expect(requests).toHaveLength(1);
  });

  it("not without an address", async () => {
    const { port, url, requests } = await host(says("HTTP/1.1 302 Found\r\n\r\nbody"));
    expect((await ask(get(url), { port })).text).toMatch(/→ 302\n[^]*body$/);
    expect(requests).toHaveLength(1);
  });

  it("none that the policy refuses, of each of which it is asked, on the same host, too", async () => {
    const { port, url, requests } = await host([to("/b#part"), to("http://169.254.169.254/latest")]);
    const asked: string[] = [];
    const mayGo = async (method: string, to: string, from: string): Promise<string | null> => {
      asked.push(`${method} ${to} from ${from}`);
      return to.includes("169.254") ? "no rule allows it" : null;
    };
    const effect = await ask(get(`${url}/a`), { port, mayGo });
    expect(asked).toEqual([`GET ${url}/b from ${url}/a`, `GET http://169.254.169.254/latest from ${url}/b`]);
    expect(effect).toEqual({
      outcome: "done",
      text: expect.stringContaining(
        "[the redirect to http://169.254.169.254/latest was not followed: no rule allows it]",
      ) as string,
    });
    expect(requests).toHaveLength(2);
  });

  it("none when the policy cannot be asked: the first answer still counts", async () => {
    const { port, url } = await host(to("/b"));
    const mayGo = async (): Promise<never> => Promise.reject(new Error("it broke"));
    expect(await ask(post(url), { port, mayGo })).toEqual({
      outcome: "done",
      text: expect.stringContaining("not followed: it broke") as string,
    });
  });

  it("ten of a loop", async () => {
    const { port, url, requests } = await host(to("/again"));
    const { outcome, text } = await ask(get(url), { port });
    expect(outcome).toBe("done");
    expect(text).toMatch(/not followed: 10 were followed before it/);
    expect(requests).toHaveLength(11);
  });

  it("none to a name that leads inside, though the first host may be there", async () => {
    const { port, url, requests } = await host(to("http://a.test/"));
    const effect = await ask(get(url), {
      port,
      addresses: () => "public",
      resolve: async () => ["10.0.0.1"],
    });
    expect(effect).toEqual({
      outcome: "done",
      text: expect.stringContaining("a.test leads to 10.0.0.1") as string,
    });
    expect(requests).toHaveLength(1);
  });

  it("one that ends without an answer is told: the first answer counts", async () => {
    const { port, url, requests } = await host([to("/b"), resets()]);
    expect(await ask(post(url), { port })).toEqual({
      outcome: "done",
      text: expect.stringContaining(
        "/b was followed, and no answer came: the connection was reset]",
      ) as string,
    });
    expect(requests).toHaveLength(2);
  });
});

describe("what a redirect may not take along", () => {
  const headers = {
    Authorization: "Bearer own",
    Cookie: "a=b",
    "X-Token": "{{secret:CANARY_0}}",
    "X-A": "1",
  };
  const value = canaries(1)[0]?.value ?? "";

  it("to the same origin all goes", async () => {
    const { port, url, requests } = await host([to("/b"), says(page("ok"))]);
    await ask(get(url, { headers }), { port });
    for (const name of ["authorization: bearer own", "cookie: a=b", `x-token: ${value}`, "x-a: 1"])
      expect(requests[1]?.toLowerCase()).toContain(name);
  });

  it.each(["another port", "another name"])("to %s neither logins nor secrets go", async (where) => {
    const other = await host(says(page("ok")));
    const { port, url, requests } = await host((socket, request) =>
      to(where === "another port" ? other.url : `http://b.test:${other.port}/`)(socket, request),
    );
    // The secret may be sent to both: it still does not go where a host sends it.
    const secrets = canaries(port).map((one) => ({
      ...one,
      hosts: [...one.hosts, `127.0.0.1:${other.port}`, `b.test:${other.port}`],
    }));
    const { text } = await ask(get(url, { headers }), { port, secrets, resolve: async () => ["127.0.0.1"] });
    expect(text).toMatch(/→ 200/);
    expect(requests[0]).toContain(value);
    expect(other.requests[0]).not.toMatch(/authorization|cookie|x-token|c4n4ry/i);
    expect(other.requests[0]).toMatch(/x-a: 1/i);
  });

  it("nor an address that holds a secret", async () => {
    const { port, url, requests } = await host(to(`https://evil.test/?t=${encodeURIComponent(value)}`));
    const asked: string[] = [];
    const mayGo = async (_: string, to: string): Promise<null> => {
      asked.push(to);
      return null;
    };
    const { text } = await ask(get(url, { headers }), { port, mayGo });
    expect(text).toMatch(/an address with a secret in it; it was not followed/);
    expect(asked).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});
