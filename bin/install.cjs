"use strict";
// Old syntax on purpose. Makes a fresh clone ready: installs what package-lock.json names, once, and says so.
var childProcess = require("child_process");
var fs = require("fs");
var path = require("path");

var root = path.join(__dirname, "..");
/** What is wanted, and what npm says it has installed. */
var wanted = path.join(root, "package-lock.json");
var installed = path.join(root, "node_modules", ".package-lock.json");

/** Does nothing where everything is there. Ends the process where npm fails, with npm's own words above. */
exports.install = function () {
  if (isInstalled()) return;
  process.stderr.write("installing what package-lock.json names (once, about half a minute) …\n");
  var done = childProcess.spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (done.status === 0) return;
  var why = done.error === undefined ? "npm ci ended with " + done.status : done.error.message;
  process.stderr.write(
    "harness: could not install: " + why + "; look at npm's lines above, then try again\n",
  );
  process.exit(5);
};

/** Whether every package of the lock is there in its version. What is optional may be for another platform. */
function isInstalled() {
  if (!fs.existsSync(installed)) return false;
  var there = packagesOf(installed);
  var named = packagesOf(wanted);
  return Object.keys(named).every(function (name) {
    if (name === "" || named[name].optional === true) return true;
    return there[name] !== undefined && there[name].version === named[name].version;
  });
}

function packagesOf(file) {
  return JSON.parse(fs.readFileSync(file, "utf8")).packages;
}

if (require.main === module) exports.install();
