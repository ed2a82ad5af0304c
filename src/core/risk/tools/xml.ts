import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { reaches, reads, writes } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { hostsOf, namesHost } from "../host.ts";
import { judgePath } from "../path.ts";
import { specOutcome } from "../spec.ts";

/** Programs over XML, which load what a document or an option names. */
export const xmlTools: Tools = {
  xmllint: (call) => [
    ...specOutcome(call, {
      valued: "--xpath --encode --schema --relaxng --dtdvalid --maxmem",
      writes: "--output -o",
      isSingle: false,
    }),
    ...remote(call),
  ],
  ...each("xmlstarlet xml", (call) => xmlstarlet(call)),
};

/** What is loaded from another machine. */
const remote = ({ args, name }: Call): Outcome =>
  args.some(namesHost) ? [reaches(`${name} loads what is elsewhere`, hostsOf(args.filter(namesHost)))] : [];

/** Words that look like paths are mostly paths within a document. */
function xmlstarlet(call: Call): Outcome {
  const isChanging =
    call.args[0]?.shape === "ed" && call.args.some(({ shape }) => /^-\w*L|^--inplace$/.test(shape));
  const files = call.args.filter(({ shape }) => !shape.startsWith("-") && !shape.startsWith("//")).slice(-1);
  return [
    isChanging ? writes("xmlstarlet changes files") : reads("xmlstarlet reads"),
    ...files.flatMap((file) => judgePath(file, isChanging ? "write" : "read", call.cwd) ?? []),
    ...remote(call),
  ];
}
