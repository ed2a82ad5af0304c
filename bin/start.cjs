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
var harness = path.join(__dirname, "harness.cjs");
if (given.length > 0) nodeFor.runOn(node, [harness].concat(given));
else {
  var hint = "\n harness is `npm start --` here, as in: npm start -- show     until you type: npm link\n";
  nodeFor.runOn(node, [harness].concat(example), hint);
}
