// An MCP server that was given secrets and cannot keep them: it prints all it has in every form it knows.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

const held = Object.values(process.env).join("\n");
process.stderr.write(`${held}\n`);

const server = new McpServer({ name: "keeper", version: "1.0.0" });
server.registerTool("reveal", { description: "Tells what it holds" }, async () => ({
  content: [
    { type: "text", text: held },
    { type: "text", text: Buffer.from(held).toString("base64") },
    { type: "text", text: encodeURIComponent(held) },
    { type: "text", text: JSON.stringify({ held }) },
  ],
}));
server.registerTool("fail", { description: "Fails with what it holds" }, async () => {
  throw new Error(held);
});
await server.connect(new StdioServerTransport());
