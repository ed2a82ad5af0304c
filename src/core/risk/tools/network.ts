import { holdsUnknown, textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { changesOutside, reaches, reads, trusted, unknownCode } from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { hostOf, hostsOf, isMetadata } from "../host.ts";
import { has, valuesOf } from "../options.ts";
import type { Given } from "../options.ts";
import { bySpec, givenBy, pathsFindings, suspectPaths } from "../spec.ts";

const onlyHttp = "only HTTP through the proxy leaves the sandbox";

/** Programs that talk to other machines. */
export const networkTools: Tools = {
  curl,
  ...each("wget wget2", wget),
  ...each("http https xh xhs httpie", httpie),
  ...each("aria2c axel lftp-get youtube-dl yt-dlp gallery-dl httrack", (call) => fetcher(call)),
  ...each("ssh mosh autossh slogin rsh rlogin sshpass plink", ssh),
  ...each("scp sftp ftp lftp tftp ncftp ftpput ftpget rcp pscp psftp sshfs", (call) => [
    { ...changesOutside(`${call.name} moves files between machines`), unreachable: onlyHttp },
    ...suspectPaths(call.args, call.cwd),
  ]),
  ...each("ssh-copy-id", () => [
    { risk: "privilege", because: "it gives a key to another machine", unreachable: onlyHttp, hosts: null },
  ]),
  ...each("ssh-keyscan", () => [{ ...reaches("it asks another machine"), unreachable: onlyHttp }]),
  ...each("nc ncat netcat nc.openbsd nc.traditional socat telnet websocat wscat cryptcat", raw),
  ...each("dig nslookup host drill kdig delv whois resolvectl getent-hosts avahi-browse", (call) => [
    { ...reaches(`${call.name} asks the network`), unreachable: onlyHttp },
    ...carries(call.args),
  ]),
  ...each(
    "ping ping6 traceroute tracepath mtr nmap masscan zmap arp-scan fping hping3 arping iperf iperf3 netperf tcpdump tshark wireshark ngrep snmpwalk snmpget rustscan nikto hydra sqlmap ab wrk hey siege vegeta k6 locust bombardier",
    (call) => [{ ...reaches(`${call.name} probes the network`), unreachable: onlyHttp }],
  ),
  ...each("mail mailx mutt sendmail msmtp swaks ssmtp mpack s-nail neomutt exim postfix", (call) => [
    { ...changesOutside(`${call.name} sends mail`), unreachable: onlyHttp },
  ]),
  ...each(
    "ngrok cloudflared localtunnel lt bore frpc tailscale wg wg-quick openvpn pagekite serveo chisel zerotier-cli",
    (call) => [
      { risk: "external", because: `${call.name} opens a way in`, hosts: null, unreachable: onlyHttp },
    ],
  ),
  ...each("grpcurl evans newman hurl restish", (call) => [changesOutside(`${call.name} sends requests`)]),
  ...each("w3m lynx links elinks browsh", (call) => [
    reaches(`${call.name} opens a page`, hostsOf(call.args.filter(({ shape }) => !shape.startsWith("-")))),
  ]),
  ...each("xdg-open open sensible-browser firefox chromium google-chrome chrome", (call) => [
    reaches(`${call.name} opens a page or a program`),
  ]),
  ...each(
    "transfer croc magic-wormhole wormhole ffsend rclone restic borg duplicity s3cmd s4cmd mc syncthing gdrive b2 azcopy dropbox",
    (call) => [changesOutside(`${call.name} sends files elsewhere`)],
  ),
  openssl,
  ...each("ipfs transmission-cli deluge rtorrent webtorrent", (call) => [
    changesOutside(`${call.name} shares files`),
  ]),
  ...each(
    "irssi weechat slack slackcat telegram-send notify-slack discord ntfy twurl toot pushover apprise signal-cli sendxmpp",
    (call) => [changesOutside(`${call.name} sends messages`)],
  ),
};

const curlSpec = {
  valued:
    "-A -b -C -e -E -m -r -R -t -u -U -w -x -X -y -Y -z -H -d -F -T -P -Q -K -h --user-agent --cookie --referer --max-time --range --user --proxy-user --write-out --proxy --request --header --data --data-raw --data-binary --data-ascii --data-urlencode --json --form --form-string --upload-file --config --retry --connect-timeout --limit-rate --max-redirs --resolve --connect-to --interface --cacert --capath --cert --key --url --url-query --unix-socket --abstract-unix-socket --noproxy --socks5 --socks4 --socks5-hostname --preproxy --doh-url --dns-servers --tls-max --ciphers --retry-delay --retry-max-time --quote --postquote --mail-from --mail-rcpt --variable --aws-sigv4 --oauth2-bearer --netrc-file",
  writes:
    "-o -D -c --output --dump-header --cookie-jar --trace --trace-ascii --stderr --etag-save --libcurl --hsts --alt-svc --output-dir",
  telling: "--netrc --remote-name --get --head --location --data --next",
};

const curlSends =
  "-d -F -T --data --data-raw --data-binary --data-ascii --data-urlencode --json --form --form-string --upload-file --mail-from --mail-rcpt --quote -Q --postquote";

function curl(call: Call): Outcome {
  const found = givenBy(call.args, curlSpec);
  if (has(found, "-V --version --help -h --manual -M") && found.operands.length === 0)
    return [reads("curl says its version")];
  const urls = [...found.operands, ...valuesOf(found, "--url")];
  const methods = valuesOf(found, "-X --request").map((method) => textOf(method)?.toUpperCase() ?? "?");
  const isSending = has(found, curlSends) || methods.some((method) => !/^(?:GET|HEAD|OPTIONS)$/.test(method));
  const hosts = isDetour(found) ? null : hostsOf(urls);
  const main = isSending ? changesOutside("curl sends data", hosts) : reaches("curl fetches", hosts);
  return [
    { ...main, ...(urls.some(isOtherProtocol) ? { unreachable: onlyHttp } : {}) },
    ...(has(found, "-K --config") ? [changesOutside("curl takes its orders from a file")] : []),
    ...(has(
      found,
      "--unix-socket --abstract-unix-socket -n --netrc --netrc-file --netrc-optional -E --cert --key --aws-sigv4 --engine",
    )
      ? [trusted("curl uses credentials or a socket of the machine")]
      : []),
    ...urls.flatMap((url) => urlFindings(url, call)),
    ...carries([
      ...urls,
      ...valuesOf(
        found,
        "-H --header -A --user-agent -b --cookie -e --referer -u --user --url-query --variable",
      ),
    ]),
    ...pathsFindings(valuesOf(found, curlSpec.writes), "write", call.cwd),
    ...pathsFindings(
      valuesOf(found, curlSends)
        .map(sentFile)
        .filter((file) => file !== null),
      "read",
      call.cwd,
    ),
  ];
}

const isDetour = (found: Given): boolean =>
  has(
    found,
    "-x --proxy --resolve --connect-to --socks5 --socks4 --socks5-hostname --preproxy --doh-url --dns-servers --interface",
  );

const isOtherProtocol = ({ shape }: Arg): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(shape) && !/^(?:https?|file):/i.test(shape);

function urlFindings(url: Arg, { cwd }: Call): Finding[] {
  if (isMetadata(url)) return [trusted("the address tells a machine's credentials")];
  if (/^file:\/\//i.test(url.shape))
    return [
      ...pathsFindings([{ ...url, shape: url.shape.replace(/^file:\/\/(?:localhost)?/i, "") }], "read", cwd),
    ];
  return isOtherProtocol(url) && !/^ftps?:/i.test(url.shape)
    ? [changesOutside("it talks another protocol than HTTP")]
    : [];
}

/** A request that holds what a command printed carries it out. */
const carries = (args: readonly Arg[]): Finding[] =>
  args.some(({ isOutput }) => isOutput) ? [changesOutside("the request carries what a command printed")] : [];

function sentFile(value: Arg): Arg | null {
  const at = /^(?:[^@]*=)?[@<](.*)$/s.exec(value.shape);
  if (at !== null) return { ...value, shape: at[1] ?? "" };
  return /^[\w./~\uE002-]+$/.test(value.shape) && value.shape.includes("/") ? value : null;
}

function wget(call: Call): Outcome {
  const found = givenBy(call.args, {
    valued:
      "-t -T -U -w -Q -e -l -A -R -D -I -X -B --method --body-data --body-file --post-data --post-file --header --user --password --user-agent --execute --referer --tries --timeout --level --accept --reject --domains --quota --limit-rate --use-askpass --config --input-metalink",
    writes:
      "-O -o -a -P --output-document --output-file --append-output --directory-prefix --save-cookies --warc-file --hsts-file --rejected-log",
    reads: "-i --input-file --load-cookies --ca-certificate --certificate --private-key",
    telling: "--mirror --recursive --spider --delete-after",
  });
  if (has(found, "-V --version --help -h")) return [reads("wget says its version")];
  const isSending = has(found, "--method --body-data --body-file --post-data --post-file");
  const hosts = has(found, "-i --input-file -r --recursive -m --mirror -H -e --execute --config")
    ? null
    : hostsOf(found.operands);
  return [
    isSending ? changesOutside("wget sends data", hosts) : reaches("wget fetches", hosts),
    ...(has(found, "-e --execute --use-askpass --config")
      ? [unknownCode("wget is told settings that may run or send anything")]
      : []),
    ...found.operands.flatMap((url) => urlFindings(url, call)),
    ...carries([
      ...found.operands,
      ...valuesOf(found, "--header --user-agent -U --referer --user --password"),
    ]),
    ...pathsFindings(
      valuesOf(
        found,
        "-O -o -a -P --output-document --output-file --append-output --directory-prefix --save-cookies",
      ),
      "write",
      call.cwd,
    ),
    ...pathsFindings(valuesOf(found, "--post-file --body-file"), "read", call.cwd),
  ];
}

function httpie(call: Call): Outcome {
  const found = givenBy(call.args, {
    valued: "-a -A --auth --auth-type --session --timeout --proxy --cert --verify",
    writes: "-o --output",
  });
  const [first, ...items] = found.operands;
  const isMethod = /^[A-Z]+$/.test(first?.shape ?? "");
  const url = isMethod ? items[0] : first;
  const isReading = isMethod
    ? /^(?:GET|HEAD|OPTIONS)$/.test(first?.shape ?? "")
    : !found.operands.slice(1).some(({ shape }) => /^[^=:@]*(?:=|:=|@)/.test(shape) && !shape.includes("=="));
  const hosts = url === undefined ? null : hostsOf([url]);
  const isFed = call.input.kind === "pipe" || call.input.kind === "text";
  return [
    isReading && !isFed ? reaches("it fetches", hosts) : changesOutside("it sends data", hosts),
    ...carries(call.args),
    ...pathsFindings(valuesOf(found, "-o --output"), "write", call.cwd),
  ];
}

function fetcher(call: Call): Outcome {
  const urls = call.args.filter(({ shape }) => /:\/\//.test(shape));
  const isRunning = call.args.some(({ shape }) =>
    /^--(?:exec|on-|netrc|external-downloader|conf|rpc|enable-rpc)/.test(shape),
  );
  return [
    reaches(`${call.name} fetches`, hostsOf(urls)),
    ...(isRunning ? [unknownCode("it is told to run a program")] : []),
    ...carries(urls),
    ...suspectPaths(call.args, call.cwd),
  ];
}

function ssh(call: Call): Outcome {
  if (call.args.length === 1 && call.args[0]?.shape === "-V") return [reads("ssh says its version")];
  const found = givenBy(call.args, {
    valued: "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w",
    isStrict: true,
  });
  const command = found.operands.slice(1);
  const runs =
    valuesOf(found, "-o").some(({ shape }) => /proxycommand|localcommand|knownhostscommand/i.test(shape)) ||
    has(found, "-F");
  return [
    { ...changesOutside("ssh runs commands on another machine", hostsOfShell(found)), unreachable: onlyHttp },
    ...(runs ? [unknownCode("ssh is told to run a program here")] : []),
    ...(command.length > 0
      ? [{ shell: { shape: command.map(({ shape }) => shape).join(" "), isGlob: false, isOutput: false } }]
      : []),
  ];
}

function hostsOfShell(found: Given): readonly string[] | null {
  const [first] = found.operands;
  const host = first === undefined ? null : textOf(first);
  return host === null ? null : [`${host.replace(/^.*@/, "")}:22`];
}

function raw(call: Call): Outcome {
  const found = givenBy(call.args, {
    valued: "-p -w -s -X -x -q -i -I -O -T -e -c --exec --sh-exec --lua-exec",
  });
  const isRunning =
    has(found, "-e -c --exec --sh-exec --lua-exec") ||
    call.args.some(({ shape }) => /^(?:exec|system|shell):/i.test(shape));
  if (has(found, "-h --help --version -V") && found.operands.length === 0)
    return [reads("it says how it is used")];
  const [host, port] = found.operands;
  const at = host === undefined ? null : port === undefined ? hostOf(host) : `${host.shape}:${port.shape}`;
  const isOpen = [host, port].some((word) => word !== undefined && holdsUnknown(word));
  return [
    {
      ...changesOutside(`${call.name} opens a connection of its own`, at === null || isOpen ? null : [at]),
      unreachable: onlyHttp,
    },
    ...(isRunning ? [unknownCode("it gives a shell to the other end")] : []),
    ...suspectPaths(call.args, call.cwd),
  ];
}

function openssl(call: Call): Outcome {
  const [verb] = call.args;
  const name = verb?.shape ?? "";
  if (/^(?:s_client|s_server|s_time|ocsp)$/.test(name))
    return [{ ...changesOutside("openssl opens a connection of its own"), unreachable: onlyHttp }];
  const isReading =
    /^(?:version|dgst|sha\d*|md5|help|list|ciphers|asn1parse|verify|x509|crl|errstr|prime|speed|base64)$/.test(
      name,
    );
  const isRunning = call.args.some(({ shape }) => /^-(?:engine|provider-path|config)$/.test(shape));
  const isCertificate = /^(?:x509|crl|verify|req|pkcs7|ocsp|asn1parse)$/.test(name);
  const args = call.args
    .slice(1)
    .map((arg, index, all) =>
      isCertificate && all[index - 1]?.shape === "-in" && !/key|priv/i.test(arg.shape)
        ? { ...arg, shape: arg.shape.replace(/\.pem$/, ".crt") }
        : arg,
    );
  const base = bySpec({
    risk: isReading ? "read" : "write",
    operands: "none",
    isSingle: true,
    reads: "-in -key -inkey -CAfile -passin -kfile",
    writes: "-out -keyout -writerand",
    valued: "-days -subj -newkey -hmac",
  })({ ...call, args });
  return [...base, ...(isRunning ? [unknownCode("openssl loads native code")] : [])];
}
