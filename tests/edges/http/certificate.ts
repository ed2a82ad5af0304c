import { generateKeyPairSync, sign } from "node:crypto";
import type { Certificate } from "./ground.ts";

/** A certificate that vouches for itself, for these names and 127.0.0.1: DER by hand, so that no program is needed. */
export function certificateFor(names: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaSha256 = seq(oid(42, 134, 72, 206, 61, 4, 3, 2));
  const self = seq(der(0x31, seq(oid(85, 4, 3), text(0x0c, "test"))));
  const alternatives = [...names.map((name) => text(0x82, name)), der(0x87, Buffer.from([127, 0, 0, 1]))];
  const body = seq(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1])),
    ecdsaSha256,
    self,
    seq(text(0x18, "20200101000000Z"), text(0x18, "21200101000000Z")),
    self,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, seq(seq(oid(85, 29, 17), der(4, seq(...alternatives))))),
  );
  const signature = sign("sha256", body, privateKey);
  const whole = seq(body, ecdsaSha256, der(3, Buffer.from([0]), signature));
  const lines = whole.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const seq = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: readonly number[]): Buffer => der(6, Buffer.from(bytes));
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value));
