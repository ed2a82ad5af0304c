"use strict";
// Old syntax on purpose. `npm start`: installs where needed, then runs the command line, or the example without one.
var path = require("path");
var install = require("./install.cjs").install;
var nodeFor = require("./node-for.cjs");

var root = path.join(__dirname, "..");
var example = ["run", path.join("examples", "orders", "goal.md"), "--yes"];
var given = process.argv.slice(2);

install();
var node = nodeFor.installedNode(root) || process.execPath;
nodeFor.runOn(node, [path.join(__dirname, "harness.cjs")].concat(given.length === 0 ? example : given));
