import { argOf, holdsUnknown } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { changesOutside, destroys, ownCode, reaches, reads, unknownCode, writes } from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { given, has, valuesOf } from "../options.ts";
import type { Given } from "../options.ts";
import { pathsFindings, suspectPaths } from "../spec.ts";
import { taskVerbs } from "../task-verbs.ts";

/** Clients of databases. */
export const databaseTools: Tools = {
  ...each("psql pgcli", (call) =>
    sqlClient(
      call,
      "-c --command",
      "-f --file",
      "-d -h -p -U -v -o -L -F -P -R -T --dbname --host --port --username --output",
    ),
  ),
  ...each("mysql mariadb mycli", (call) =>
    sqlClient(call, "-e --execute", "", "-h -P -u -D --host --port --user --database --password"),
  ),
  ...each("sqlite3 sqlite duckdb", sqlite),
  ...each("redis-cli valkey-cli keydb-cli iredis", redis),
  ...each("mongosh mongo", (call) => [
    changesOutside("it runs code in a database"),
    ...suspectPaths(call.args, call.cwd),
  ]),
  ...each("mongodump mongoexport pg_dump pg_dumpall mysqldump", (call) => [
    reaches(`${call.name} copies a database`),
    ...pathsFindings(
      valuesOf(
        given(call.args, { valued: "-f --file -o --out --result-file" }),
        "-f --file -o --out --result-file",
      ),
      "write",
      call.cwd,
    ),
  ]),
  ...each("pg_isready mysqladmin-ping", () => [reaches("it asks a database")]),
  ...each(
    "mongorestore mongoimport pg_restore mysqlimport mysqladmin createdb dropdb createuser dropuser clickhouse clickhouse-client cqlsh influx sqlcmd usql sqlplus rqlite etcdctl zkCli.sh kafka-topics kafka-console-producer rabbitmqadmin kcat memcached-tool neo4j cypher-shell arangosh couchdb mysqlsh bcp isql tsql fisql vsql trino presto spark-sql hive beeline spark-submit hdfs hadoop",
    (call) => [changesOutside(`${call.name} changes a database or a cluster`)],
  ),
  ...each("flyway liquibase alembic dbmate migrate goose sequelize knex", (call) => [
    ownCode(`${call.name} changes a database`),
    ...taskVerbs(call.args),
    ...(call.args.some(({ shape }) => /^(?:clean|reset|down|dropAll|drop-all|undo)$/.test(shape))
      ? [destroys(`${call.name} removes what a database holds`)]
      : []),
    ...(call.args.some(({ shape }) => /:\/\//.test(shape))
      ? [changesOutside("the database is elsewhere")]
      : []),
  ]),
};

const readingSql =
  /^\s*(?:select\b(?![\s\S]*\binto\s+(?:outfile|dumpfile)\b)|show\b|describe\b|desc\b|explain\b(?!\s+analyze)|with\b(?![\s\S]*\b(?:insert|update|delete)\b)|\\(?:d\w*\+?|l\+?|conninfo|timing|x|pset\b.*|encoding|\?)(?:\s[^!|`]*)?$|\.(?:tables|schema|headers|mode|databases|indexes|indices|dbinfo|show|width|separator|nullvalue|timeout|eqp|stats|help|version|fullschema)\b[^|]*$|pragma\s+\w+(?:\s*\(\s*\w+\s*\))?\s*$|values\b|$)/i;
const functionsOfSql =
  /\b(?:pg_read_file|pg_read_binary_file|pg_ls_dir|lo_import|lo_export|load_file|load_extension|readfile|writefile|edit|fts3_tokenizer|dblink|pg_terminate_backend|pg_reload_conf|pg_sleep|sys_exec|sys_eval|xp_cmdshell|copy|set_config|nextval|setval|pg_logical_emit_message|read_csv\w*|read_text|read_json\w*|read_parquet|http_get|query_to_xml|program)\b/i;
const destroyingSql = /\b(?:drop|truncate|delete|alter|vacuum\s+into|replace|flush)\b/i;

const statementsOf = (text: string): string[] => text.split(/[;\n]/).filter((part) => part.trim() !== "");
const isReadingSql = (text: string): boolean =>
  text.length < 20_000 &&
  !functionsOfSql.test(text) &&
  statementsOf(text).every((part) => readingSql.test(part));

function sqlClient(call: Call, codes: string, files: string, valued: string): Outcome {
  const found = given(call.args, { valued: `${codes} ${files} ${valued}` });
  if (has(found, "--version -V --help") && found.operands.length === 0)
    return [reads(`${call.name} says its version`)];
  const texts = [...valuesOf(found, codes), ...(call.input.kind === "text" ? [call.input.text] : [])];
  const isKnown =
    texts.length > 0 &&
    valuesOf(found, files).length === 0 &&
    call.input.kind !== "pipe" &&
    call.input.kind !== "file";
  const isRunning = texts.some(({ shape }) =>
    /\\!|\\o\s*\||\\copy[^\n]*program|copy[^;]*program|\\g\w*\s*\||`|\bsystem\b|\\i\b/i.test(shape),
  );
  if (isRunning)
    return [unknownCode("the client of the database runs a command"), reaches("it talks to a database")];
  const isReading =
    (isKnown && texts.every((text) => !holdsUnknown(text) && isReadingSql(text.shape))) ||
    has(found, "-l --list");
  const isDestroying = texts.some(({ shape }) => destroyingSql.test(shape));
  return [
    isReading ? reaches(`${call.name} asks a database`) : changesOutside(`${call.name} changes a database`),
    ...(isDestroying ? [destroys("it removes what the database holds")] : []),
    ...pathsFindings(valuesOf(found, "-o --output -L"), "write", call.cwd),
  ];
}

const sqliteValued = "-cmd -separator -newline -nullvalue -init -maxsize -mmap -vfs -c -s -f";

const unknownSql: Finding = {
  risk: "network",
  because: "what the database is told is not known before",
  isOpaque: true,
  hosts: [],
};

/** Commands of the client, not of the database: they run programs and open other files. */
function beyondSql(call: Call, found: Given, all: string): Finding | null {
  if (
    /\.(?:shell|system|import\s+\|?|load|once\s+\||output\s+\||excel|open|read|restore|clone|archive|ar)\b|\|/i.test(
      all,
    ) &&
    /^\s*\./m.test(all)
  )
    return unknownCode("a dot-command runs a program or opens files");
  if (call.name === "duckdb" && /\b(?:copy|install|load|export|import)\b|:\/\//i.test(all))
    return changesOutside("it reaches or writes other files");
  if (/load_extension|edit\s*\(/i.test(all) || has(found, "-init -f"))
    return unknownCode("it loads code or commands from a file");
  return null;
}

/** A database in a file: reading it is reading; a dot-command may write files and run programs. */
function sqlite(call: Call): Outcome {
  const found = given(call.args, { valued: sqliteValued, isSingle: true });
  if (has(found, "-version --version -help")) return [reads("it says its version")];
  const [file, ...statements] = found.operands;
  const texts = [
    ...statements,
    ...valuesOf(found, "-cmd -c -s"),
    ...(call.input.kind === "text" ? [call.input.text] : []),
  ];
  const all = texts.map(({ shape }) => shape).join("\n");
  const isFed = call.input.kind === "pipe" || call.input.kind === "file";
  const odd = beyondSql(call, found, all) ?? (texts.some(holdsUnknown) ? unknownSql : null);
  if (odd !== null) return [odd];
  const isReading = texts.length > 0 && !isFed && isReadingSql(all);
  const databases =
    file === undefined || file.shape === ":memory:"
      ? []
      : pathsFindings([file], isReading ? "read" : "write", call.cwd);
  const attached = [
    ...all.matchAll(/attach[^'"]*['"]([^'"]+)['"]/gi),
    ...all.matchAll(/(?:into|\.backup|\.output|\.once|\.save|\.log|writefile\s*\()\s*['"]?([^\s'";]+)/gi),
  ].flatMap(([, name]) => pathsFindings([argOf(name ?? "")], "write", call.cwd));
  return [
    isReading ? reads("it reads a database") : writes("it changes a database"),
    ...(destroyingSql.test(`${all} ${call.input.kind === "pipe" ? call.input.names.shape : ""}`)
      ? [destroys("it removes what the database holds")]
      : []),
    ...databases,
    ...attached,
    ...(isFed
      ? [
          {
            risk: "network" as const,
            because: "what it is told comes out of a file or a pipe",
            hosts: [],
            isOpaque: true,
          },
        ]
      : []),
  ];
}

const redisReads =
  /^(?:get|mget|keys|scan|ttl|pttl|type|exists|llen|lrange|hget|hgetall|hkeys|smembers|scard|zrange|zcard|info|dbsize|ping|strlen|hlen|time|memory|object|xlen|xrange|--version|-v)$/i;

function redis(call: Call): Outcome {
  const { operands } = given(call.args, { valued: "-h -p -a -n -u --user --pass -i -r", isStrict: true });
  const verb = operands[0]?.shape ?? "";
  if (redisReads.test(verb) && call.input.kind === "none") return [reaches("it asks a database")];
  return [
    changesOutside("it changes a database"),
    ...(/^(?:flush|del|unlink|config|debug|shutdown|eval|script|module|slaveof|replicaof|migrate)/i.test(verb)
      ? [destroys("it removes what the database holds")]
      : []),
  ];
}
