// An honest MCP server made with the official library.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "tracker", version: "1.0.0" });
server.registerTool(
  "create_issue",
  {
    description: "Creates an issue",
    inputSchema: { title: z.string(), labels: z.array(z.string()).optional() },
    outputSchema: { number: z.number() },
    annotations: { destructiveHint: false },
  },
  async ({ title }) => ({
    content: [{ type: "text", text: `made: ${title}` }],
    structuredContent: { number: 7 },
  }),
);
await server.connect(new StdioServerTransport());
