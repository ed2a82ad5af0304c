import type { Arg } from "../arg.ts";
import type { Call, Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { changesOutside, destroys, needsRights, ownCode, reaches, reads, trusted } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { given } from "../options.ts";
import { suspectPaths } from "../spec.ts";

const onlyHttp = "only HTTP through the proxy leaves the sandbox";

const wordsOf = (args: readonly Arg[], valued = ""): string[] =>
  given(args, { valued }).operands.map(({ shape }) => shape);

const asks = (call: Call): boolean =>
  call.args.length > 0 &&
  call.args.every(({ shape }) => /^(?:--?v(?:ersion)?|-V|--?h(?:elp)?|version|help)$/.test(shape));

/** What it says of itself is read; all else is as told. */
const unlessAsked =
  (judge: Judge): Judge =>
  (call) =>
    asks(call) ? [reads(`${call.name} says what it is`)] : judge(call);

/** Agents, editors of the person, ways in and out, messages, queues, printers. */
export const agentTools: Tools = {
  ...each(
    "claude codex gemini aider cursor-agent copilot amp opencode crush goose qwen qwen-code plandex interpreter open-interpreter mentat codebuff kiro devin openhands swe-agent sweagent auggie droid grok kimi gptme cline roo kilocode trae warp-cli agent-cli forge-code smol-developer gpt-engineer gpte metagpt autogpt crewai langflow babyagi",
    unlessAsked((call) => [
      {
        ...trusted(`${call.name} is an agent of its own: it does what it is told, with its own rights`),
        hosts: null,
        isOpaque: true,
      },
      ...suspectPaths(call.args, call.cwd),
    ]),
  ),
  ...each(
    "llm mods sgpt shell-gpt tgpt chatgpt aichat chatblade fabric-ai heygpt openai anthropic mistral cohere groq ollama lms lmstudio llamafile whisper elevenlabs replicate-cli",
    unlessAsked((call) => model(call)),
  ),
  ...each(
    "code code-insiders codium vscodium cursor windsurf zed subl sublime_text idea webstorm pycharm goland clion phpstorm rubymine lapce kate gedit mousepad xed geany bbedit textmate nova",
    unlessAsked((call) => desk(call)),
  ),
  ...each(
    "tmate ttyd gotty upterm sshx wetty code-server openvscode-server zrok rathole frpc frps inlets playit bore pinggy telebit holesail gs-netcat gsocket tunnelto localtunnel lt ngrok x11vnc vncserver tigervncserver Xvnc Xtightvnc x0vncserver vino-server xrdp websockify novnc shellinaboxd sshd dropbear telnetd in.telnetd vsftpd proftpd pure-ftpd smbd nmbd nginx httpd apache2 apache2ctl apachectl caddy lighttpd darkhttpd thttpd mini_httpd webfsd miniserve simple-http-server dufs updog uploadserver filebrowser rsyncd tftpd in.tftpd nfsd squid privoxy tinyproxy mitmproxy mitmdump mitmweb haproxy envoy traefik dnsmasq named unbound coredns pyftpdlib webdav wsgidav chisel ligolo sliver pwncat",
    unlessAsked((call) => [
      {
        ...changesOutside(`${call.name} opens a way in, or serves what is here`),
        unreachable: "nobody outside reaches a sandbox",
      },
      ...suspectPaths(call.args, call.cwd),
    ]),
  ),
  ...each(
    "pastebinit wgetpaste gist ix termbin dpaste haste hastebin 0x0 sprunge pbin privatebin carbon-now croc onionshare onionshare-cli localsend wormhole-william qrcp ffsend filebin bashupload snap-share asciinema termshot imgur imgur-screenshot flickrcurl youtube-upload gdown-up rclone duplicati rdiff-backup bup kopia restic borg tarsnap attic lsyncd unison s5cmd mcli minio-mc b2 azcopy curlftpfs bbcp globus aspera ascp uftp casync desync ipfs w3 pinata fleek bundlr arkb datalad git-annex hub-sync smbclient smbget pssh parallel-ssh pscp.pssh prsync pslurp pnuke pdsh pdcp clush dsh mussh cssh csshx tmux-cssh sshuttle xpra x2go rdesktop xfreerdp freerdp vncviewer remmina teamviewer anydesk rustdesk",
    unlessAsked((call) => [
      { ...changesOutside(`${call.name} moves data or commands to other machines`) },
      ...suspectPaths(call.args, call.cwd),
    ]),
  ),
  asciinema: unlessAsked((call) =>
    /^(?:rec|play|cat|convert)$/.test(call.args[0]?.shape ?? "")
      ? [ownCode("asciinema records or plays")]
      : [changesOutside("asciinema uploads")],
  ),
  ...each(
    "mosquitto_pub mosquitto_rr mqtt mqttx nats nats-pub natscli stan-pub rabbitmqadmin amqp-publish amqp-consume amqp-get kcat kafkacat kafkactl rpk kaf pulsar-admin pulsar-client pulsar-perf nsq_pub to_nsq nsq_to_file stomp activemq artemis zmq matrix-commander matrix-commander-rs telegram-cli telegram-send slack-cli slackcat slack-term discord-cli discordo hangups whatsapp wacli mastodon toot rtweet madonctl bsky linkedin nostr-tool nak xmppc profanity sendgrid-cli mailgun postmark ses-cli himalaya aerc alpine pine mutt neomutt mailsend sendemail smtp-cli fetchmail getmail offlineimap mbsync isync imapfilter lp lpr lprm lpadmin cancel cupsenable cupsdisable cupsaccept ippfind ipptool fax sendfax gammu minicom picocom cu kermit sms twilio-cli pagerduty opsgenie statuspage zulip-send rocketchat wechat jira-cli jira confluence trello asana todoist notion airtable",
    unlessAsked((call) => messages(call)),
  ),
  ...each("lpstat lpq lpinfo lpoptions", () => [reads("it lists printers")]),
  ...each("mosquitto_sub nats-sub nats-req nsq_tail nsq_stat", (call) => [
    { ...reaches(`${call.name} listens to messages of others`), unreachable: onlyHttp },
  ]),
  ...each(
    "rabbitmqctl rabbitmq-plugins rabbitmq-diagnostics",
    unlessAsked((call) => queues(call)),
  ),
  ...each(
    "kafka-topics kafka-console-producer kafka-console-consumer kafka-consumer-groups kafka-configs kafka-acls kafka-reassign-partitions kafka-delete-records kafka-storage kafka-producer-perf-test zkCli zookeeper-shell connect-standalone connect-distributed",
    (call) => queues(call),
  ),
  ...each(
    "nsupdate finger speedtest speedtest-cli fast fast-cli dog doggo dnsx dnsrecon dnsenum fierce subfinder amass httpx nuclei ffuf gobuster feroxbuster dirb dirsearch wfuzz medusa ncrack wpscan whatweb theHarvester recon-ng msfconsole responder evil-winrm crackmapexec netexec nxc bettercap ettercap tcpreplay snmpset snmpbulkwalk snmptable ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami rpcclient rpcinfo showmount nbtscan nmblookup smbmap enum4linux ike-scan sslscan sslyze testssl testssl.sh ssh-audit openconnect vpnc pppd strongswan ipsec curlie wuzz httpstat nghttp h2load vegeta oha autocannon artillery gatling jmeter dhclient dhcpcd sntp rdate gping trippy trip debuginfod-find debuginfod gdown kaggle hf huggingface-cli zsync git-lfs-transfer pget lftpget curl-loader puf proz prozilla streamlink spotdl yt-dlp youtube-dl you-get instaloader gallery-dl snscrape newsboat rsstail weather wttr ansiweather googler ddgr surfraw cheat.sh translate ipinfo shodan censys virustotal vt urlscan haveibeenpwned",
    unlessAsked((call) => probes(call)),
  ),
  ...each(
    "tcpdump tshark dumpcap tcpflow ngrep iftop nethogs bandwhich netsniff-ng wireshark",
    unlessAsked((call) =>
      call.args.some(({ shape }) => /^-[A-Za-z]*r$/.test(shape)) &&
      !call.args.some(({ shape }) => /^-[A-Za-z]*[iwzZ]/.test(shape))
        ? [reads(`${call.name} reads a capture`), ...suspectPaths(call.args, call.cwd)]
        : [needsRights(`${call.name} listens to the network of the machine`)],
    ),
  ),
  ...each(
    "wg wg-quick openvpn openconnect vpnc tailscale tailscaled zerotier-cli zerotier-one netbird nebula",
    (call) => [
      { ...trusted(`${call.name} changes the network of the machine`), unreachable: onlyHttp, hosts: null },
    ],
  ),
};

/** Models elsewhere, or on this machine. */
function model(call: Call): Outcome {
  const [verb = ""] = wordsOf(call.args);
  if (
    /^(?:list|ls|ps|models|plugins|templates|aliases|show|logs)$/.test(verb) &&
    !/^(?:openai)$/.test(call.name)
  )
    return [reads(`${call.name} ${verb} lists`)];
  if (/^(?:push|login|keys|signin|create|upload|install|serve)$/.test(verb))
    return [trusted(`${call.name} ${verb} changes settings, keys or what others get`)];
  return [reaches(`${call.name} sends what it is told to a model`), ...suspectPaths(call.args, call.cwd)];
}

/** Editors with a window: they belong to the person's desk. */
function desk(call: Call): Outcome {
  const options = call.args.map(({ shape }) => shape);
  if (options.some((option) => /^--(?:list-extensions|status|show-versions|locate-shell.*)$/.test(option)))
    return [reads(`${call.name} lists`)];
  if (options.some((option) => /^(?:tunnel|serve-web|--remote|--folder-uri|--file-uri)/.test(option)))
    return [changesOutside(`${call.name} opens a way in`)];
  if (options.some((option) => /^--(?:install|uninstall|update|pre-release)/.test(option)))
    return [reaches(`${call.name} fetches extensions`), trusted("extensions run in the person's editor")];
  return [trusted(`${call.name} opens a program on the person's desk`), ...suspectPaths(call.args, call.cwd)];
}

function messages(call: Call): Outcome {
  const [verb = "", noun = ""] = wordsOf(call.args, "-s --server -h --host -b --brokers -t --topic");
  const isReading = [verb, noun].some((word) =>
    /^(?:sub|subscribe|ls|list|view|show|get|info|search|consume|stats|status|account|read|whoami|describe)$/.test(
      word,
    ),
  );
  return isReading
    ? [reaches(`${call.name} ${verb} asks a service`)]
    : [changesOutside(`${call.name} tells others something`), ...suspectPaths(call.args, call.cwd)];
}

function queues(call: Call): Outcome {
  const words = call.args.map(({ shape }) => shape);
  const isDestroying = words.some((word) =>
    /^(?:reset|force_reset|purge_queue|delete_\w+|clear_\w+|forget_\w+|stop_app|stop|shutdown|--delete|--delete-offsets|--reset-offsets|format|delete|rmr|deleteall)$/.test(
      word,
    ),
  );
  const isReading = words.some((word) =>
    /^(?:list_\w+|status|report|environment|ping|list|--list|--describe|check_\w+|cluster_status|ls|get|--topic-info)$/.test(
      word,
    ),
  );
  const isSending = /producer|perf/.test(call.name);
  return [
    isReading && !isSending
      ? reaches(`${call.name} asks a server`)
      : changesOutside(`${call.name} changes a server`),
    ...(isDestroying ? [destroys(`${call.name} throws away what a server holds`)] : []),
  ];
}

/** What asks others, and what changes them in doing so. */
function probes(call: Call): Outcome {
  const isChanging =
    /^(?:nsupdate|snmpset|ldapadd|ldapmodify|ldapdelete|ldappasswd|hydra|medusa|ncrack|msfconsole|responder|evil-winrm|crackmapexec|netexec|nxc|bettercap|ettercap|tcpreplay|ab|wrk|hey|siege|vegeta|k6|h2load|oha|autocannon|artillery|gatling|jmeter|shodan|vt|virustotal|wfuzz|ffuf|sqlmap|finger)$/.test(
      call.name,
    ) ||
    call.args.some(({ isOutput, shape }) => isOutput || /^(?:upload|push|submit|create|delete)$/.test(shape));
  const finding = isChanging
    ? changesOutside(`${call.name} acts on other machines`)
    : reaches(`${call.name} asks other machines`);
  return [
    {
      ...finding,
      ...(/^(?:kaggle|hf|huggingface-cli|gdown|httpx)$/.test(call.name) ? {} : { unreachable: onlyHttp }),
    },
    ...suspectPaths(call.args, call.cwd),
  ];
}
