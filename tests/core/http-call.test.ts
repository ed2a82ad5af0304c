import { array, assert, constantFrom, property, string, tuple } from "fast-check";
import { describe, expect, it, test } from "vitest";
import { placeOf } from "../../src/core/address.ts";
import {
  assessHttp,
  fitsHttp,
  httpArgs,
  httpFault,
  httpPatternFault,
  placeholders,
  readUrl,
} from "../../src/core/http-call.ts";
import type { HttpArgs } from "../../src/core/http-call.ts";
import { filled, mayReceive, placeholdersIn, secretsSpec } from "../../src/core/secret.ts";

const get = (url: string): HttpArgs => ({ method: "GET", url });
const only = (args: HttpArgs): ReturnType<typeof assessHttp>["parts"][number] | undefined =>
  assessHttp(args, []).parts[0];

describe("what a request would do", () => {
  it.each<[HttpArgs, string, string]>([
    [get("https://api.example/a?b=1"), "network", "GET reads from api.example"],
    [{ method: "HEAD", url: "https://api.example" }, "network", "HEAD reads from api.example"],
    [{ method: "OPTIONS", url: "http://api.example:81" }, "network", "OPTIONS reads from api.example:81"],
    [{ method: "POST", url: "https://api.example" }, "external", "POST may change something at api.example"],
    [{ method: "PUT", url: "https://api.example" }, "external", "PUT may change something at api.example"],
    [
      { method: "PATCH", url: "https://api.example" },
      "external",
      "PATCH may change something at api.example",
    ],
    [
      { method: "DELETE", url: "https://api.example" },
      "external",
      "DELETE may change something at api.example",
    ],
    [
      { ...get("https://api.example"), headers: { "X-HTTP-Method-Override": "DELETE" } },
      "external",
      "X-HTTP-Method-Override makes it another method at api.example",
    ],
    [get("http://localhost/"), "privilege", "localhost is this machine itself"],
    [get("http://a.localhost/"), "privilege", "a.localhost is this machine itself"],
    [get("http://LOCALHOST./"), "privilege", "localhost is this machine itself"],
    [get("http://127.0.0.1/"), "privilege", "127.0.0.1 is this machine itself"],
    [get("http://0/"), "privilege", "0.0.0.0 is this machine itself"],
    [get("http://0x7f.1/"), "privilege", "127.0.0.1 is this machine itself"],
    [get("http://2130706433/"), "privilege", "127.0.0.1 is this machine itself"],
    [get("http://0177.0.0.1/"), "privilege", "127.0.0.1 is this machine itself"],
    [get("http://127.0.0.1./"), "privilege", "127.0.0.1 is this machine itself"],
    [get("http://①②⑦.0.0.1/"), "privilege", "127.0.0.1 is this machine itself"],
    [get("http://[::1]/"), "privilege", "[::1] is this machine itself"],
    [get("http://[::ffff:127.0.0.1]/"), "privilege", "[::ffff:7f00:1] is this machine itself"],
    [get("http://[64:ff9b::10.0.0.1]/"), "privilege", "[64:ff9b::a00:1] is an address of a private network"],
    [get("http://10.1.2.3/"), "privilege", "10.1.2.3 is an address of a private network"],
    [get("http://172.31.0.1/"), "privilege", "172.31.0.1 is an address of a private network"],
    [get("http://192.168.1.1/"), "privilege", "192.168.1.1 is an address of a private network"],
    [get("http://[fd12::1]/"), "privilege", "[fd12::1] is an address of a private network"],
    [
      get("http://169.254.1.1/"),
      "privilege",
      "169.254.1.1 is an address of the link, where clouds keep credentials",
    ],
    [
      get("http://[fe80::1]/"),
      "privilege",
      "[fe80::1] is an address of the link, where clouds keep credentials",
    ],
    [get("http://169.254.169.254/latest"), "privilege", "169.254.169.254 is where a cloud keeps credentials"],
    [get("http://0xa9fea9fe/latest"), "privilege", "169.254.169.254 is where a cloud keeps credentials"],
    [get("http://100.100.100.200/"), "privilege", "100.100.100.200 is where a cloud keeps credentials"],
    [get("http://[fd00:ec2::254]/"), "privilege", "[fd00:ec2::254] is where a cloud keeps credentials"],
    [
      get("http://metadata.google.internal/"),
      "privilege",
      "metadata.google.internal is where a cloud keeps credentials",
    ],
    [
      { method: "POST", url: "http://224.0.0.1/" },
      "privilege",
      "224.0.0.1 is an address that belongs to no host",
    ],
  ])("%o: %s", (args, risk, because) => {
    expect(httpFault(args)).toBeNull();
    expect(only(args)).toMatchObject({ risk, because, unreachable: null, isOpaque: false });
  });

  it.each<[string, string, string]>([
    ["HTTPS://Api.Example:443/a/../b/./c", "https://api.example/b/c", "api.example:443"],
    ["http://api.example.", "http://api.example/", "api.example:80"],
    ["https://api.example:8443/%2e%2e/x", "https://api.example:8443/x", "api.example:8443"],
    ["https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC", "xn--bcher-kva.example:443"],
    ["https://аpple.example/", "https://xn--pple-43d.example/", "xn--pple-43d.example:443"],
    ["http://[2001:4860:0:0::8888]/", "http://[2001:4860::8888]/", "[2001:4860::8888]:80"],
    ["https://evil.example\\@good.example/", "https://evil.example/@good.example/", "evil.example:443"],
    ["https://git.example/api/projects/a%2Fb", "https://git.example/api/projects/a%2Fb", "git.example:443"],
  ])("%s is shown as %s", (url, shown, host) => {
    expect(only(get(url))).toMatchObject({ text: `GET ${shown}`, words: ["GET", shown], hosts: [host] });
  });
});

describe("what is never sent", () => {
  const post: HttpArgs = { method: "POST", url: "https://a.example/" };
  it.each<[HttpArgs, RegExp]>([
    [get("no url"), /blanks/],
    [get("nothing"), /the URL is none/],
    [get("ftp://a.example/"), /^ftp: is not spoken here/],
    [get("file:///etc/passwd"), /^file: is not/],
    [get("https://user:pw@a.example/"), /a login/],
    [get("https://user@a.example/"), /a login/],
    [get("https://a.example/#x"), /a fragment/],
    [get("https://a.example/#"), /a fragment/],
    [get("https://a.exa\nmple/"), /hidden characters/],
    [get("https://a.example/\u202Ex"), /hidden characters/],
    [get("https://a.example/x/..%2fadmin"), /encoded dots/],
    [get("https://a.example/x/%252e%252e/admin"), /encoded dots/],
    [get("https://a.example/x/..;a=b/admin"), /encoded dots/],
    [get("https://a.example/x/%2e%2e%5cadmin"), /encoded dots/],
    [get("https://a.example/{{secret:TOKEN}}"), /URLs are logged/],
    [get("https://a.example/?t=%7B%7Bsecret%3ATOKEN%7D%7D"), /URLs are logged/],
    [{ ...get("https://a.example/"), body: "x" }, /GET has no body/],
    [{ ...get("https://a.example/"), body: "" }, /GET has no body/],
    [{ ...post, body: "{{secret:token}}" }, /token names no secret/],
    [{ ...post, body: "{{ secret:TOKEN }}" }, /names no secret/],
    [{ ...post, headers: { Host: "b.example" } }, /Host is set by harness/],
    [{ ...post, headers: { "transfer-encoding": "chunked" } }, /set by harness/],
    [{ ...post, headers: { "Content-Length": "3" } }, /set by harness/],
    [{ ...post, headers: { "x y": "z" } }, /a name that HTTP does not allow/],
    [{ ...post, headers: { "x: y\r\nz": "z" } }, /a name that HTTP does not allow/],
    [{ ...post, headers: { a: "b\r\nhost: c" } }, /line breaks/],
    [{ ...post, headers: { a: "b\0" } }, /line breaks/],
    [{ ...post, headers: { a: "é" } }, /does not allow/],
    [{ ...post, headers: { a: "1", A: "2" } }, /twice/],
  ])("%o", (args, why) => {
    expect(httpFault(args)).toMatch(why);
    expect(only(args)?.unreachable).toMatch(why);
  });

  it("more than a mebibyte, another method, a longer time", () => {
    expect(httpArgs.safeParse({ ...post, body: "é".repeat(2 ** 19) }).success).toBe(true);
    expect(httpArgs.safeParse({ ...post, body: "é".repeat(2 ** 19 + 1) }).success).toBe(false);
    expect(httpArgs.safeParse({ ...post, method: "CONNECT" }).success).toBe(false);
    expect(httpArgs.safeParse({ ...post, timeout_s: 121 }).success).toBe(false);
    expect(httpArgs.safeParse({ ...post, more: 1 }).success).toBe(false);
  });
});

describe("rules of requests", () => {
  const issues = "POST https://tracker.example/issues/*";
  it.each<[string, string, string, boolean]>([
    [issues, "POST", "https://tracker.example/issues/1", true],
    [issues, "POST", "https://tracker.example/issues/1/comments?x=/..", true],
    [issues, "POST", "https://tracker.example/issues/", true],
    [issues, "POST", "https://tracker.example/issues", false],
    [issues, "POST", "https://tracker.example/issuesX/1", false],
    [issues, "GET", "https://tracker.example/issues/1", false],
    [issues, "POST", "http://tracker.example/issues/1", false],
    [issues, "POST", "https://tracker.example:8443/issues/1", false],
    [issues, "POST", "https://tracker.example:443/issues/1", true],
    [issues, "POST", "https://TRACKER.example./issues/1", true],
    [issues, "POST", "https://tracker.example.evil/issues/1", false],
    [issues, "POST", "https://evil.example/tracker.example/issues/1", false],
    [issues, "POST", "https://tracker.example/issues/../admin", false],
    [issues, "POST", "https://tracker.example/issues/%2e%2e/admin", false],
    [issues, "POST", "https://tracker.example/issues/..%2fadmin", false],
    [issues, "POST", "https://tracker.example/x/../issues/1", true],
    [issues, "POST", "https://tracker.example//issues//1", true],
    [issues, "POST", "https://tracker.example/issues%2F1", true],
    [issues, "POST", "https://tracker.example/%69ssues/1", true],
    ["* https://a.example", "DELETE", "https://a.example/any/path", true],
    ["get https://a.example", "GET", "https://a.example/any", true],
    ["GET https://a.example/", "GET", "https://a.example/any", false],
    ["GET https://a.example/", "GET", "https://a.example", true],
    ["GET https://a.example/*", "GET", "https://a.example", true],
    ["GET https://a.example:8443/*", "GET", "https://a.example:8443/x", true],
    ["GET https://a.example:8443/*", "GET", "https://a.example/x", false],
    ["GET http://a.example:80/", "GET", "http://a.example/", true],
    ["GET https://*.example/", "GET", "https://a.b.example/", true],
    ["GET https://*.example/", "GET", "https://example/", false],
    ["GET https://*.example/", "GET", "https://aexample/", false],
    ["GET https://a.example/*/c", "GET", "https://a.example/b/c", true],
    ["GET https://a.example/*/c", "GET", "https://a.example/b/b/c", false],
    ["GET https://a.example/v*-x/*", "GET", "https://a.example/v12-x/y", true],
    ["GET https://a.example/v*-x/*", "GET", "https://a.example/v-/y", false],
    ["GET https://a.example/a*b*a", "GET", "https://a.example/aba", true],
    ["GET https://a.example/a*b*a", "GET", "https://a.example/ab", false],
    ["GET https://a.example/a*a", "GET", "https://a.example/a", false],
    ["GET https://a.example/ü", "GET", "https://a.example/%C3%BC", true],
    ["GET https://bücher.example/", "GET", "https://xn--bcher-kva.example/", true],
    ["GET http://127.0.0.1:8080", "GET", "http://0x7f.1:8080/", true],
    ["nonsense", "GET", "https://a.example/", false],
    ["GET https://a.example", "GET", "nonsense", false],
  ])("%s: %s %s: %s", (pattern, method, url, fits) => {
    expect(fitsHttp(pattern, method, url)).toBe(fits);
  });

  it.each<[string, RegExp | null]>([
    [issues, null],
    ["* http://*.a.example:8080/x", null],
    ["POST", /is no request; write it like/],
    ["FETCH https://a.example", /is no request/],
    ["POST a.example/x", /the URL is none/],
    ["POST https://a.example/?x=*", /a query decides nothing/],
    ["POST https://a*.example/", /stands at its beginning/],
    ["POST https://user@a.example/", /a login/],
  ])("%s as a rule: %s", (pattern, fault) => {
    const found = httpPatternFault(pattern);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toMatch(fault);
  });

  test("a path of a rule never fits what a server may read as lying elsewhere", () => {
    const piece = constantFrom(
      "..",
      ".",
      "%2e",
      "%2E",
      "%2f",
      "/",
      "\\",
      "%5c",
      "a",
      "x",
      ";",
      "%25",
      "*",
      "2e",
      "%",
    );
    const path = array(piece, { maxLength: 10 }).map((pieces) => pieces.join(""));
    assert(
      property(path, (tail) => {
        const url = `https://a.example/open/${tail}`;
        if (!fitsHttp("GET https://a.example/open/*", "GET", url)) return;
        expect(mostLenient(new URL(url).pathname)[0]).toBe("open");
      }),
      { numRuns: 2000 },
    );
  });

  /** Steps as a server sees them that decodes twice, takes both slashes and drops what follows a semicolon. */
  function mostLenient(path: string): string[] {
    let read = path;
    for (const _ of [1, 2])
      read = read.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    const found: string[] = [];
    for (const step of read.split(/[/\\]/).map((one) => one.replace(/;.*/, ""))) {
      if (step === "..") found.pop();
      else if (step !== "." && step !== "") found.push(step);
    }
    return found;
  }

  test("whatever is written, nothing throws", () => {
    assert(
      property(string({ unit: "binary-ascii" }), string(), (a, b) => {
        const args: HttpArgs = { method: "POST", url: `https://${a}`, headers: { [b]: a }, body: b };
        expect(assessHttp(args, []).parts).toHaveLength(1);
        expect(typeof fitsHttp(`* https://${b}`, "GET", `https://${a}`)).toBe("boolean");
      }),
      { numRuns: 500 },
    );
  });
});

describe("secrets", () => {
  it("are named in headers and the body, each once", () => {
    const args: HttpArgs = {
      method: "POST",
      url: "https://a.example/",
      headers: { authorization: "Bearer {{secret:TOKEN}}", "x-a": "{{secret:OTHER_1}}{{secret:TOKEN}}" },
      body: "{{secret:THIRD}} {{secret}} {secret:NO}",
    };
    expect(placeholders(args)).toEqual(["TOKEN", "OTHER_1", "THIRD"]);
    expect(filled(args.body ?? "", (name) => `<$&${name}>`)).toBe("<$&THIRD> {{secret}} {secret:NO}");
    expect(placeholdersIn("{{secret:}}{{Secret:X}}")).toEqual(["", "{{Secret:X}}"]);
  });

  it.each<[string, string, boolean]>([
    ["tracker.example", "https://tracker.example/x", true],
    ["Tracker.Example", "https://tracker.example:443/x", true],
    ["tracker.example", "http://tracker.example/x", false],
    ["tracker.example", "https://tracker.example:8443/", false],
    ["tracker.example", "https://a.tracker.example/", false],
    ["tracker.example", "https://tracker.example.evil/", false],
    ["tracker.example:8443", "https://tracker.example:8443/", true],
    ["tracker.example:80", "http://tracker.example/", true],
    ["tracker.example:443", "https://tracker.example/", true],
    ["tracker.example:443", "http://tracker.example:443/", false],
    ["127.0.0.1:8080", "http://0x7f.1:8080/", true],
    ["[::1]:8080", "http://[::1]:8080/", true],
  ])("of %s may go to %s: %s", (host, url, may) => {
    const read = readUrl(url);
    expect(typeof read !== "string" && mayReceive({ hosts: [host] }, read)).toBe(may);
  });

  it.each<[unknown, boolean]>([
    [{ TOKEN: { hosts: ["a.example"] } }, true],
    [{ TOKEN: { hosts: ["a.example:8443", "[::1]:80"], env: "OTHER" } }, true],
    [{ TOKEN: { hosts: ["a.example"], file: "~/token" } }, true],
    [{ TOKEN: { hosts: ["a.example"], file: "x", env: "Y" } }, false],
    [{ TOKEN: { hosts: [] } }, false],
    [{ TOKEN: { hosts: ["https://a.example"] } }, false],
    [{ TOKEN: { hosts: ["*.example"] } }, false],
    [{ TOKEN: { hosts: ["a.example/x"] } }, false],
    [{ token: { hosts: ["a.example"] } }, false],
    [{ T: { hosts: ["a.example"] } }, false],
  ])("%o as written: %s", (spec, isValid) => {
    expect(secretsSpec.safeParse(spec).success).toBe(isValid);
  });
});

describe("addresses", () => {
  it.each<[string, string | null]>([
    ["8.8.8.8", "public"],
    ["2606:4700::1111", "public"],
    ["::", "this machine"],
    ["0:0:0:0:0:0:0:1", "this machine"],
    ["::ffff:8.8.8.8", "public"],
    ["::ffff:169.254.169.254", "metadata of a cloud"],
    ["::127.0.0.1", "this machine"],
    ["2002:7f00:1::", "this machine"],
    ["fe80::1%eth0", "the link"],
    ["fec0::1", "a private network"],
    ["ff02::1", "reserved"],
    ["2001:db8::1", "reserved"],
    ["2001::1", "reserved"],
    ["100.64.0.1", "a private network"],
    ["100.128.0.1", "public"],
    ["172.15.255.255", "public"],
    ["172.32.0.0", "public"],
    ["198.19.0.1", "reserved"],
    ["255.255.255.255", "reserved"],
    ["256.0.0.1", null],
    ["1.2.3", null],
    ["1:2:3", null],
    ["1::2::3", null],
    ["::1.2.3.400", null],
    ["a.example", null],
  ])("%s: %s", (address, place) => {
    expect(placeOf(address)).toBe(place);
  });

  test("every spelling of an IPv4 address in IPv6 is judged as that address", () => {
    const byte = constantFrom(0, 1, 10, 100, 127, 169, 172, 192, 254, 255);
    assert(
      property(tuple(byte, byte, byte, byte), (bytes) => {
        const four = bytes.join(".");
        for (const prefix of ["::ffff:", "64:ff9b::", "0:0:0:0:0:ffff:"])
          expect(placeOf(prefix + four)).toBe(placeOf(four));
      }),
      { numRuns: 300 },
    );
  });
});
