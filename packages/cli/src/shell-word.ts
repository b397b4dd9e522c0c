/** One word for a shell. Commands that we suggest are pasted, and the ids in them are an agent's to choose. */
export const shellWord = (text: string): string =>
  /^[\w.:/@%+=,][\w.:/@%+=,-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
