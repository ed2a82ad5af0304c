/**
 * The words in which servers say that a request is longer than their model, or its limit, takes. After each the servers
 * that use them.
 */
const words = [
  // Anthropic
  /prompt is too long/,
  // Anthropic ("exceed context limit"), OpenAI (`context_length_exceeded`), vLLM, DeepSeek, OpenRouter, Mistral
  // ("maximum context length"), llama.cpp ("available context size"), LM Studio, Ollama
  /context[ _](length|window|limit|size)/,
  // OpenAI, where one request asks for more tokens than a minute may have: no waiting makes it fit
  /request too large for/,
  // vLLM ("maximum model length"), xAI ("maximum prompt length")
  /maximum (model|prompt) length/,
  // Google
  /input token count .{0,40}exceeds/,
  // Bedrock
  /input is too long/,
  // Text Generation Inference
  /inputs. tokens \+ .max_new_tokens/,
];

export const isContextFull = (text: string): boolean => {
  const said = text.toLowerCase();
  return words.some((word) => word.test(said));
};
