#!/usr/bin/env node
"use strict";
// Old syntax on purpose: where Node is too old, this file says so, or goes on with the Node that npm installed.
var fs = require("fs");
var path = require("path");
var url = require("url");
var nodeFor = require("./node-for.cjs");

var root = path.join(__dirname, "..");
var args = process.argv.slice(2);
var flags = nodeFor.flagsFor(args);

// Answered without loading anything, on any Node.
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).version + "\n");
} else if (nodeFor.isNewEnough()) startWith(flags);
else {
  var node = nodeFor.installedNode(root);
  if (node === null) {
    process.stderr.write(nodeFor.tooOld);
    process.exitCode = 5;
  } else nodeFor.runOn(node, flags.concat([__filename], args));
}

/** Flags count from the start of a process only: this one begins again, as itself. */
function startWith(flags) {
  var isMissing = flags.some(function (flag) {
    return process.execArgv.indexOf(flag) === -1;
  });
  if (!isMissing || process.execve === undefined) return start();
  process.execve(process.execPath, [process.execPath].concat(flags, [__filename], args), process.env);
}

/** A clone runs its sources, a package what was built of them. */
function start() {
  var cache = require("module").enableCompileCache;
  if (cache !== undefined) cache();
  var source = path.join(root, "src", "cli", "main.ts");
  var entry = fs.existsSync(source) ? source : path.join(root, "dist", "cli", "main.js");
  void import(url.pathToFileURL(entry).href)
    .then(function (loaded) {
      return loaded.main(args);
    })
    .then(function (code) {
      process.exitCode = code;
    });
}
