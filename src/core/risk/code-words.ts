import { destroys, unknownCode } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Words of code that changes files. */
export const changing =
  /\b(?:open|write|writes?|append|copy|move|rename|symlink|link|mkdir|makedirs|touch|chmod|save|dump|put|File|Path|out)\w*/i;

/** Why code is asked about that starts other programs. */
export const startsPrograms = "the code starts other programs";
/** Why code is asked about that sends something. */
export const talks = "the code talks to another machine";

interface Kind {
  readonly pattern: RegExp;
  readonly finding: Finding;
  /** It hides what the code does; in longer code it means nothing. */
  readonly isVeiled?: boolean;
}

/** Words that call for more than calculating: whatever names them is asked about. */
export const kinds: readonly Kind[] = [
  {
    pattern:
      /\bos\s*\.\s*(?:system|popen|exec\w*|spawn\w*|posix_spawn\w*|fork\w*|kill\w*|set\w*id)|\bsubprocess\b|\bpopen\d?\b|\bpty\b|child_process|\bexec(?:Sync|File|FileSync|v|vp|ve|le|lp|l)\b|\bspawn(?:Sync)?\b|\bfork\b|\bsystem\b|\bqx\b|%x[^\w\s]|shell_exec|passthru|proc_open|pcntl|\bOpen3\b|\bIO\.popen|\bProcess\s*\.|process\s*\.\s*(?:binding|dlopen|kill)|worker_threads|\bcluster\b|\bsignal\.|multiprocessing|\bRuntime\b|ProcessBuilder|Deno\.(?:run|Command)|Bun\.spawn/,
    finding: unknownCode(startsPrograms),
  },
  {
    // Elixir, Erlang, Julia, Groovy, Scala, Clojure, Haskell, OCaml, Swift, R, Octave, Nim, C#, Dart, Go, Rust, Lisp, CMake.
    pattern:
      /\bos:cmd\b|\bopen_port\b|\bSystem\.(?:cmd|shell|Process)\b|\bPort\.open\b|\brun\s*\(\s*(?:`|pipeline)|\.execute\s*\(\s*\)|\bsys\.process\b|\bprocess\.Process\b|\.!{1,2}(?:\s|$)|java\.shell|\(sh\s+"|\bcallCommand\b|\bcallProcess\b|\breadProcess\w*|\brunCommand\b|\bcreateProcess\b|\bSys\.command\b|\bUnix\.(?:system|exec\w*|open_process\w*|create_process\w*|kill)|\bProcess\s*\(\s*\)|\bsystem2\b|\bshell_cmd\b|\bexecCmd\w*|\bexecProcess\w*|\bstartProcess\b|\bProcess\.(?:Start|run|start)\b|\bexec\.Command\w*|\bos\/exec\b|\bCommand::new\b|std::process|\brun-program\b|\bshell-command\b|\bcall-process\b|\bstart-process\b|\bexecute_process\b|\bexecuteShell\b|\bspawnShell\b|\bspawnProcess\b|Bun\.\$|(?:^|[\s;(=])\$`|\bdo shell script\b|Start-Process|Invoke-(?:Expression|Command)|\biex\b|%pipe%|\bos\.execute\b|\bos\.StartProcess\b|\bchild_process\b|\bprocess\.Child\b|\bexeca\b|\bshelljs\b|\bsh\.\w+\(|\bplumbum\b|\bpexpect\b|\binvoke\.run\b|\bpsutil\b|\bexecl[ep]?\s*\(/,
    finding: unknownCode(startsPrograms),
  },
  {
    pattern:
      /__import__|importlib|\bctypes\b|\bcffi\b|\bgetattr\b|\bsetattr\b|\bglobals\b|\blocals\b|\bvars\s*\(|__builtins__|__class__|__subclasses__|__globals__|__dict__|\bcompile\s*\(|\brunpy\b|\bmarshal\b|\bpickle\b|\bFunction\b|\bconstructor\b|\bvm\b|\bReflect\b|\bglobal[T]his\b\s*\[|require\s*\(\s*[^"'\s)]|import\s*\(\s*[^"'\s)]|\bmodule\b.*_load|\bsend\s*[(:]|instance_eval|class_eval|\bconst_get|public_send|\bDL\b|Fiddle|\bUNIVERSAL\b|codecs\.|\bbuiltins\b|\bb64decode|a85decode|\bfromhex|\bunhexlify|\batob\b|fromCharCode|fromCodePoint|base64_decode|hex2bin|str_rot13|rot_?13|decode_base64|unpack\s*[(\s'"]|\bchr\s*\(|\\x[0-9a-f]{2}|\\u00|\\u\{|\\[0-7]{3}|\bFFI\b|\bsyscall\b|\bproto\b/i,
    finding: unknownCode("the code makes names or code at run time"),
    isVeiled: true,
  },
  {
    pattern: /(?<![.\w])(?:exec|eval)\b|\b(?:window|global|global[T]his|self|builtins)\s*\.\s*eval\b/,
    finding: unknownCode("the code runs text as code"),
  },
  {
    pattern:
      /\brmtree\b|\bremove(?:dirs|Sync|_dir_all|_file|_tree)?\s*\(|\bunlink\w*|\brm(?:Sync|dir|dirSync|_rf|_r|_f)?!?\s*[( ]|\brimraf\b|FileUtils|\btruncate\w*|\bFile\.delete|\bDir\.(?:delete|rmdir|unlink)|\.delete\s*[("]|send2trash|remove_tree|\bdel(?:ete)?_?(?:file|tree|dir)|\bfile:(?:delete|del_dir\w*)|\bos\.Remove(?:All)?\b|\bFiles\.delete\w*|deleteRecursively|deleteOnExit|\bremove(?:File|Directory|Dir|Path|Item)\w*|\b(?:delete|destroy)_all\b|->\s*(?:truncate|delete|drop|forceDelete)\w*\s*\(|\bSys\.r(?:emove|mdir)\b|\bfile\s+delete\b|\bdelete-(?:file|directory)|\.Delete\s*\(|\bdelete(?:Sync)?\s*\(\s*(?:\)|["'])|\brmdirRecurse\b|Remove-Item|Clear-Content|\bfile\.remove\b|\bfile\s*\(\s*REMOVE|\bremove\.all\b|\bempty(?:Dir|DirSync)\b|\bos\.remove\b|\bdrop_?(?:all|database|table)\b|\bDROP\s+(?:TABLE|DATABASE)\b|\bDELETE\s+FROM\b/i,
    finding: destroys("the code removes files"),
  },
  {
    pattern: /\b(?:chown|chroot|setuid|setgid|ptrace|mount|mknod)\w*\s*\(/i,
    finding: unknownCode("the code asks for more rights"),
  },
];

export const network =
  /\bsocket\w*|\burllib\d?\b|\brequests\b|\bhttpx?\b|\bhttps?:\/\/|\bhttp\.|\baiohttp\b|\bfetch\s*\(|\bnet\b|\bdgram\b|\bdns\b|\btls\b|\bhttp2\b|XMLHttpRequest|WebSocket|\bwebsockets?\b|\baxios\b|\bgot\b|\bundici\b|Net::|\bLWP\b|IO::Socket|\bMechanize\b|open-uri|TCPSocket|UDPSocket|fsockopen|curl_|stream_socket|\bftplib\b|\bsmtplib\b|\bimaplib\b|\bpoplib\b|\btelnetlib\b|\bparamiko\b|\bfabric\b|open_connection|\bpycurl\b|\bboto3?\b|\bpsycopg|\bpymysql|\bredis\b|\bpymongo|\bxmlrpc|\bgrpc|\basyncio\.(?:open|start)|Faraday|HTTParty|RestClient|\burlopen|\bnode:(?:http|https|net|dgram|dns|tls)|\bmail\s*\(|nodemailer|\bpip\b|\bnltk\.download|\bhf_hub|\b(?:ftps?|wss?|rediss?|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|amqps?|mqtts?|ssh|sftp|smtps?|ldaps?|git|grpc|nats|kafka|tcp|udp):\/\/|\bhttpc:|\bgen_(?:tcp|udp)\b|\bHTTPoison\b|\bMix\.install\b|\bDownloads\b|\bPkg\.|\binstall\.packages\b|\bdownload\.file\b|\bhttr2?\b|\bremotes::|\bdevtools::install|\bjava\.net\b|\bHttpClient\b|\bServerSocket\b|\bnew\s+(?:URL|Socket)\s*\(\s*"|\bNetwork\.|\breqwest\b|\bureq\b|\bhyper\b|\bTcp(?:Stream|Listener|Client)\b|\bUdp(?:Socket|Client)\b|\bURLSession\b|\bADDR_INET\b|::geturl|Invoke-(?:WebRequest|RestMethod)|\birm\b|\biwr\b|\bWebClient\b|\bgetaddrinfo\b|\bgethostbyname\b|\bhttpclient\b|\bfile\s*\(\s*(?:DOWN|UP)LOAD|\bFetchContent\b|\bfrom_pretrained\b|\bload_dataset\b|\bsnapshot_download\b|\bkagglehub\b|\btorch\.hub\b|\bspacy\.cli\b|\bopenai\b|\banthropic\b|\bwebbrowser\b|\bldap3?\b|\bpika\b|\bkafka\b|\bpuppeteer\b|\bssh2\b|\bioredis\b|\bmongodb\b|\bmysql2?\b|\basyncpg\b|\bgoogleapis\b|\baws-sdk\b|\boctokit\b|\bsuperagent\b|\bnode-fetch\b|\burl-retrieve\b|\bslurp\s+"http|\byfinance\b|\btweepy\b|\bslack_sdk\b|\btwilio\b|\belasticsearch\b|\bsocket\.io\b|\bzmq\b|\blibtorrent\b|\bscapy\b/i;

export const sending =
  /\bpost\w*|\bput\b|\bpatch\b|\bdelete\b|\bdata\s*=|\bbody\b|\bsend\w*|\bsmtp|\bsocket|\bupload|\bnet\b|\bdgram\b|TCPSocket|\bmail\b|\bdns\b|\blisten\b|\bserve|\bmethod\b|\bwrite\b|\bconnect/i;
