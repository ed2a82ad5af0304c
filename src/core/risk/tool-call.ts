import type { Assessment, Part } from "../assessment.ts";
import type { Json } from "../canonical.ts";
import { argOf } from "./arg.ts";
import { partOf } from "./part.ts";
import { judgePath, workspace } from "./path.ts";

/** What a call of one of the sandboxed file tools would do; null for any other tool. */
export function assessTool(tool: string, args: Json): Assessment | null {
  if (tool === "read_file" || tool === "search") return { parts: [filePart(tool, pathOf(args), "read")] };
  if (tool === "write_file" || tool === "edit_file")
    return { parts: [filePart(tool, pathOf(args), "write")] };
  return null;
}

function pathOf(args: Json): string {
  const path = typeof args === "object" && args !== null && "path" in args ? args.path : undefined;
  return typeof path === "string" ? path : ".";
}

function filePart(tool: string, path: string, use: "read" | "write"): Part {
  const finding = judgePath(argOf(path), use, workspace);
  const text = `${tool} ${path}`;
  return partOf(
    text,
    [],
    [
      { risk: use, because: use === "read" ? "it reads a file" : "it writes a file" },
      ...(finding === null ? [] : [finding]),
    ],
  );
}
