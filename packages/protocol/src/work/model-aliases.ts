/** Friendly names of models and what they stand for. Operators add to them and change them (`A2A_MODEL_ALIASES`). */
const modelAliases: Readonly<Record<string, string>> = {
  claude: 'anthropic/claude-sonnet-4-5',
  sonnet: 'anthropic/claude-sonnet-4-5',
  'claude-sonnet': 'anthropic/claude-sonnet-4-5',
  opus: 'anthropic/claude-opus-4-5',
  'claude-opus': 'anthropic/claude-opus-4-5',
  haiku: 'anthropic/claude-haiku-4-5',
  'claude-haiku': 'anthropic/claude-haiku-4-5',
  gpt: 'openai/gpt-5',
  'gpt-5': 'openai/gpt-5',
  'gpt-4': 'openai/gpt-4',
  'gpt-4o': 'openai/gpt-4o',
  'gpt-4.1': 'openai/gpt-4.1',
  gemini: 'google/gemini-2.5-pro',
  'gemini-pro': 'google/gemini-2.5-pro',
  'gemini-flash': 'google/gemini-3-flash-preview',
  minimax: 'minimax/minimax-m2',
  grok: 'xai/grok-4',
  kimi: 'moonshotai/kimi-k2',
  glm: 'zai/glm-4.6',
  deepseek: 'deepseek/deepseek-chat',
}

/**
 * What a wish for a model stands for, by a reference or a friendly name; `aliases` win over the ones that are built in.
 * @returns null for a name that nobody knows.
 */
export function resolveModel(wish: string, aliases: ReadonlyMap<string, string>): string | null {
  if (wish.includes('/')) return wish
  const name = wish.toLowerCase()
  return aliases.get(name) ?? (Object.hasOwn(modelAliases, name) ? modelAliases[name] : undefined) ?? null
}
