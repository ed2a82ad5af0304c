import { BlockList } from "node:net";
import {
  assert,
  constantFrom,
  domain,
  ipV4,
  ipV6,
  oneof,
  property,
  string,
  tuple,
  webAuthority,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublic } from "../../src/core/host-address.ts";
import { isOpenHost, openHosts, opensHost, targetOf } from "../../src/core/open-hosts.ts";

const everything = oneof(string({ unit: "binary" }), domain(), ipV4(), ipV6(), webAuthority());
const at = (host: string, port = 443): { host: string; port: number } => ({ host, port });

describe("open hosts", () => {
  it.each([
    "packages.example",
    "packages.example.",
    "PACKAGES.example:8080",
    "*.packages.example",
    "*.packages.example:8080",
    "192.0.2.1",
    "192.0.2.1:80",
    "2001:db8::1",
    "[2001:db8::1]:8080",
    "localhost:3000",
    "bücher.example",
  ])("%s is one", (text) => expect(isOpenHost(text)).toBe(true));

  it.each([
    "",
    " ",
    "*",
    "*.",
    "*.*",
    "a.*.example",
    "https://packages.example",
    "packages.example/path",
    "packages.example:https",
    "packages.example:0",
    "packages.example:65536",
    "me@packages.example",
    "a b",
    "a\0b",
    "*.192.0.2.1",
    "[2001:db8::1",
    "pack%2fages",
    "packages..example",
    "127.0.0.1..",
    ".",
  ])("%j is none, and opens nothing", (text) => {
    expect(isOpenHost(text)).toBe(false);
    expect([at("packages.example"), at("192.0.2.1", 80)].some(openHosts([text]).allows)).toBe(false);
  });

  it("none open nothing, whatever is asked for", () => {
    assert(
      property(everything, (text) => {
        const target = targetOf(text, 443);
        expect(target !== null && openHosts([]).allows(target)).toBe(false);
      }),
    );
  });

  it("open what names them and no name that only holds theirs", () => {
    assert(
      property(domain(), domain(), (host, other) => {
        const { allows } = openHosts([host]);
        expect(
          [at(host), at(host, 80), at(host.toUpperCase())]
            .map(({ host: name, port }) => targetOf(`${name}:${port}`, 1))
            .every((one) => one !== null && allows(one)),
        ).toBe(true);
        for (const name of [`${host}.${other}`, `${other}.${host}`, `x${host}`, `${host}x`, other])
          expect(name === host || !allows(at(name))).toBe(true);
        expect(allows(at(host, 8080))).toBe(false);
        const wild = openHosts([`*.${host}`]).allows;
        expect([
          wild(at(`${other}.${host}`)),
          wild(at(host)),
          wild(at(`x${host}`)),
          wild(at(`${host}.${other}`)),
        ]).toEqual([true, false, false, false]);
      }),
    );
  });

  it("are told by one spelling: what a target says again is the same target", () => {
    assert(
      property(everything, (text) => {
        const target = targetOf(text, 443);
        if (target === null) return;
        const { host, port } = target;
        expect(targetOf(`${host.includes(":") ? `[${host}]` : host}:${port}`, 1)).toEqual(target);
        expect(opensHost(host, host)).toBe(true);
      }),
    );
  });

  it("are reached at public addresses, at the one that is named, and at no other", () => {
    assert(
      property(oneof(ipV4(), ipV6()), (address) => {
        const plain = openHosts(["packages.example"]).reachable(at("packages.example"), [address]);
        expect(plain).toEqual(isPublic(address) ? [address] : []);
        const named = openHosts(["packages.example", address]).reachable(at("packages.example"), [address]);
        expect(named).toEqual([address]);
      }),
    );
  });
});

describe("a public address", () => {
  const inside = new BlockList();
  for (const [net, bits] of [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.88.99.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["224.0.0.0", 3],
  ] as const)
    inside.addSubnet(net, bits, "ipv4");
  // Addresses of all blocks: mere chance finds the small ones too seldom.
  const four = oneof(
    ipV4(),
    tuple(
      constantFrom(
        "0",
        "10",
        "100.64",
        "100.127",
        "127",
        "169.254",
        "172.16",
        "172.31",
        "172.32",
        "192.0.0",
        "192.0.1",
        "192.88.99",
        "192.168",
        "198.18",
        "198.19",
        "198.20",
        "223",
        "224",
        "255",
      ),
      ipV4(),
    ).map(([head, rest]) => [...head.split("."), ...rest.split(".")].slice(0, 4).join(".")),
  );

  it("of IPv4 is one outside the special blocks, in IPv6 too", () => {
    assert(
      property(four, (address) => {
        const isOutside = !inside.check(address);
        const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
        const hex = [a * 256 + b, c * 256 + d].map((part) => part.toString(16)).join(":");
        for (const one of [
          address,
          `::ffff:${address}`,
          `::ffff:${hex}`,
          `64:ff9b::${hex}`,
          `2002:${hex}::1`,
        ])
          expect([one, isPublic(one)]).toEqual([one, isOutside]);
        expect(isPublic(`::${hex}`)).toBe(false);
      }),
    );
  });

  it("of IPv6 is one in 2000::/3, without the ends of tunnels", () => {
    assert(
      property(ipV6(), (address) => {
        if (isPublic(address)) expect(address).toMatch(/^([23][0-9a-f]{3}:|64:ff9b:|::|0*:)/i);
      }),
    );
    for (const one of ["2606:4700::1111", "2a00::1", "3fff::1"])
      expect([one, isPublic(one)]).toEqual([one, true]);
    for (const one of [
      "::",
      "::1",
      "fe80::1",
      "fe80::1%eth0",
      "fec0::1",
      "fc00::1",
      "fd00:ec2::254",
      "ff02::1",
      "2001::1",
      "64:ff9b:1::1",
      "100::1",
      "7f00::1",
      "a00::1",
    ])
      expect([one, isPublic(one)]).toEqual([one, false]);
  });

  it("is no text that is none", () => {
    for (const text of ["", "localhost", "1.2.3", "packages.example", "1.2.3.4.5", ":::", "0x7f.1"])
      expect([text, isPublic(text)]).toEqual([text, text === "1.2.3" ? isPublic("1.2.0.3") : false]);
  });
});
