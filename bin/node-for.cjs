"use strict";
// Old syntax on purpose: any Node must be able to read this file.
var fs = require("fs");
var os = require("os");
var path = require("path");
var childProcess = require("child_process");

/** The oldest Node that runs the harness, as in package.json's `engines`. */
var oldest = [22, 18];

/** Whether this process's own Node is new enough. */
exports.isNewEnough = function () {
  var own = process.versions.node.split(".").map(Number);
  return own[0] > oldest[0] || (own[0] === oldest[0] && own[1] >= oldest[1]);
};

/** A Node that npm installed (the package `node`) beside or above `from`; null where there is none. */
exports.installedNode = function (from) {
  for (var dir = from; ; dir = path.dirname(dir)) {
    var candidate = path.join(dir, "node_modules", ".bin", "node");
    if (fs.existsSync(candidate)) return candidate;
    if (dir === path.dirname(dir)) return null;
  }
};

exports.tooOld =
  "harness: needs Node " +
  oldest.join(".") +
  " or newer, this is " +
  process.versions.node +
  "; install a newer one, or put it beside harness with: npm install node@24\n";

/** What Node is told for a command: an evaluation makes thousands of short-lived answers, which would take as much memory again. */
exports.flagsFor = function (args) {
  return args[0] === "eval" ? ["--max-semi-space-size=8"] : [];
};

/** Runs `args` on another Node with the same terminal and passes its exit code and our signals on. `lastWords`: after success. */
exports.runOn = function (node, args, lastWords) {
  var child = childProcess.spawn(node, args, { stdio: "inherit" });
  var passOn = ["SIGINT", "SIGTERM", "SIGHUP"];
  passOn.forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    process.stderr.write("harness: cannot start " + node + ": " + error.message + "\n");
    process.exit(5);
  });
  child.on("exit", function (code, signal) {
    if (code === 0 && lastWords !== undefined) process.stderr.write(lastWords);
    process.exit(signal === null ? code : 128 + os.constants.signals[signal]);
  });
};
