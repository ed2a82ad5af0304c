import { argOf, holdsUnknown } from "./arg.ts";
import type { Arg } from "./arg.ts";
import { destroys, ownCode, reads, unknownCode } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { hostOf } from "./host.ts";
import { judgePath } from "./path.ts";
import { isTrustedPath, isSecretPath } from "./named-paths.ts";

/**
 * What code for an interpreter may do, by the words in it: names can be made at run time, so code that makes them, or of
 * which a part is not known, counts as the worst.
 */
export function codeFindings(code: Arg, cwd: string | null, language: string): Finding[] {
  const text = code.shape;
  if (holdsUnknown(code)) return [unknownCode("a part of the code is not known before it runs")];
  if (text.length > 20_000) return [unknownCode("the code is too long to be read")];
  if (startsByQuotes(text, language)) return [unknownCode("the code starts other programs")];
  if (isPlain(text)) return [reads("the code only calculates and prints"), ...literals(text, cwd, false)];
  return [
    ownCode("code that may do what its sandbox allows"),
    ...kinds.flatMap(({ pattern, finding }) => (pattern.test(text) ? [finding] : [])),
    ...(network.test(text) ? [reachesBy(text)] : []),
    ...literals(text, cwd, changing.test(text)),
  ];
}

/** Backquotes and piped files, where they run commands. */
const startsByQuotes = (text: string, language: string): boolean =>
  /^(?:perl|ruby|php|jruby|julia|elixir)/.test(language) &&
  (text.includes("`") || /\bopen\b[^;]*(?:["']\s*[-+<>]*\||\|\s*[-"'])/.test(text));

const changing =
  /\b(?:open|write|writes?|append|copy|move|rename|symlink|link|mkdir|makedirs|touch|chmod|save|dump|put|File|Path|out)\w*/i;

/** Words that call for more than calculating: whatever names them is asked about. */
const kinds: readonly { readonly pattern: RegExp; readonly finding: Finding }[] = [
  {
    pattern:
      /\bos\s*\.\s*(?:system|popen|exec\w*|spawn\w*|posix_spawn\w*|fork\w*|kill\w*|set\w*id)|\bsubprocess\b|\bpopen\d?\b|\bpty\b|child_process|\bexec(?:Sync|File|FileSync|v|vp|ve|le|lp|l)\b|\bspawn(?:Sync)?\b|\bfork\b|\bsystem\b|\bqx\b|%x[^\w\s]|shell_exec|passthru|proc_open|pcntl|\bOpen3\b|\bIO\.popen|\bProcess\s*\.|process\s*\.\s*(?:binding|dlopen|kill)|worker_threads|\bcluster\b|\bsignal\.|multiprocessing|\bRuntime\b|ProcessBuilder|Deno\.(?:run|Command)|Bun\.spawn/,
    finding: unknownCode("the code starts other programs"),
  },
  {
    pattern:
      /__import__|importlib|\bctypes\b|\bcffi\b|\bgetattr\b|\bsetattr\b|\bglobals\b|\blocals\b|\bvars\s*\(|__builtins__|__class__|__subclasses__|__globals__|__dict__|\bcompile\s*\(|\brunpy\b|\bmarshal\b|\bpickle\b|\bFunction\b|\bconstructor\b|\bvm\b|\bReflect\b|\bglobal[T]his\b\s*\[|require\s*\(\s*[^"'\s)]|import\s*\(\s*[^"'\s)]|\bmodule\b.*_load|\bsend\s*[(:]|instance_eval|class_eval|\bconst_get|public_send|\bDL\b|Fiddle|\bUNIVERSAL\b|codecs\.|\bbuiltins\b|\bb64decode|a85decode|\bfromhex|\bunhexlify|\batob\b|fromCharCode|fromCodePoint|base64_decode|hex2bin|str_rot13|rot_?13|decode_base64|unpack\s*[(\s'"]|\bchr\s*\(|\\x[0-9a-f]{2}|\\u00|\\u\{|\\[0-7]{3}|\bFFI\b|\bsyscall\b|\bproto\b/i,
    finding: unknownCode("the code makes names or code at run time"),
  },
  {
    pattern: /(?<![.\w])(?:exec|eval)\b|\b(?:window|global|global[T]his|self|builtins)\s*\.\s*eval\b/,
    finding: unknownCode("the code runs text as code"),
  },
  {
    pattern:
      /\brmtree\b|\bremove(?:dirs|Sync|_dir_all|_file|_tree)?\s*\(|\bunlink\w*|\brm(?:Sync|dir|dirSync|_rf|_r|_f)?\s*[( ]|\brimraf\b|FileUtils|\btruncate\w*|\bFile\.delete|\bDir\.(?:delete|rmdir|unlink)|\.delete\s*[("]|send2trash|remove_tree|\bdel(?:ete)?_?(?:file|tree|dir)/i,
    finding: destroys("the code removes files"),
  },
  {
    pattern: /\b(?:chown|chroot|setuid|setgid|ptrace|mount|mknod)\w*\s*\(/i,
    finding: unknownCode("the code asks for more rights"),
  },
];

const network =
  /\bsocket\w*|\burllib\d?\b|\brequests\b|\bhttpx?\b|\bhttps?:\/\/|\bhttp\.|\baiohttp\b|\bfetch\s*\(|\bnet\b|\bdgram\b|\bdns\b|\btls\b|\bhttp2\b|XMLHttpRequest|WebSocket|\bwebsockets?\b|\baxios\b|\bgot\b|\bundici\b|Net::|\bLWP\b|IO::Socket|\bMechanize\b|open-uri|TCPSocket|UDPSocket|fsockopen|curl_|stream_socket|\bftplib\b|\bsmtplib\b|\bimaplib\b|\bpoplib\b|\btelnetlib\b|\bparamiko\b|\bfabric\b|open_connection|\bpycurl\b|\bboto3?\b|\bpsycopg|\bpymysql|\bredis\b|\bpymongo|\bxmlrpc|\bgrpc|\basyncio\.(?:open|start)|Faraday|HTTParty|RestClient|\burlopen|\bnode:(?:http|https|net|dgram|dns|tls)|\bmail\s*\(|nodemailer|\bpip\b|\bnltk\.download|\bhf_hub/i;

const sending =
  /\bpost\w*|\bput\b|\bpatch\b|\bdelete\b|\bdata\s*=|\bbody\b|\bsend\w*|\bsmtp|\bsocket|\bupload|\bnet\b|\bdgram\b|TCPSocket|\bmail\b|\bdns\b|\blisten\b|\bserve|\bmethod\b|\bwrite\b|\bconnect/i;

function reachesBy(text: string): Finding {
  const urls = [...text.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([url]) => hostOf(argOf(url)));
  const hosts = urls.length > 0 && urls.every((host) => host !== null) ? urls : null;
  if (sending.test(text)) return { risk: "external", because: "the code talks to another machine", hosts };
  return { risk: "network", because: "the code reaches the network", hosts };
}

/** Strings in the code that are paths outside the workspace, or of files that others trust. */
function literals(text: string, cwd: string | null, isChanging: boolean): Finding[] {
  const strings = [...text.matchAll(/"([^"\n]{1,300})"|'([^'\n]{1,300})'|`([^`\n]{1,300})`/g)].map(
    (found) => found[1] ?? found[2] ?? found[3] ?? "",
  );
  return strings
    .filter((string) => /^(?:\/[\w.*~]|~|\.\.?\/|\.[a-z])/i.test(string) || isNamed(string))
    .flatMap((string) => {
      const path = argOf(string.replace(/^~/, "\uE002"));
      return (
        judgePath(path, isChanging && !/^\/(?:dev|usr|bin|tmp)\//.test(string) ? "write" : "read", cwd) ?? []
      );
    });
}

const isNamed = (string: string): boolean => isTrustedPath(string) || isSecretPath(string, false);

const plainWords = new Set(
  "print console log error math Math json JSON sys import from as version versions version_info process stdout len str int float list dict set tuple bool sum min max abs round range sorted reversed enumerate zip map filter any all for in if else not and or is None True False null undefined true false const let var return def lambda datetime date time now today timedelta strftime isoformat platform python_version machine release arch node e E pi sqrt floor ceil pow log2 log10 sin cos tan exp parse stringify dumps loads indent sort_keys puts p say echo join split replace trim strip upper lower toUpperCase toLowerCase length repeat slice substring padStart padEnd format toFixed Number String Array Object keys values entries Date Intl re findall sub match search group test PHP_VERSION RUBY_VERSION my use strict warnings printf statistics mean median random itertools collections Counter decimal Decimal fractions Fraction hashlib sha256 md5 hexdigest encode uuid uuid4 calendar textwrap string digits ascii_letters toISOString toString getTime typeof isNaN parseInt parseFloat reduce forEach includes x y z i j k n m a b c d s t v w r f name type stdin read lines line item items value key row rows".split(
    " ",
  ),
);

/** Only words that calculate and print, outside of strings. */
function isPlain(text: string): boolean {
  if (/`|\\x|\\u|\[\s*["']/.test(text)) return false;
  const bare = text.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, " ");
  if (/["'<>|$@#]|\b__/.test(bare.replaceAll(/=>|<=?|>=?/g, ""))) return false;
  return (bare.match(/[A-Za-z_]\w*/g) ?? []).every((word) => plainWords.has(word));
}
