import parseArgs from 'string-argv'

/**
 * The words of a slash command. Phones turn quotes into curly ones and `--` into a dash: they are plain ones again, so
 * that `“two words”` is one word. An apostrophe stays what it is: `don't` opens no quotation.
 */
export function typedWords(text: string): string[] {
  const plain = text
    .replace(/[\u2018-\u201B\u2032]/g, "'")
    .replace(/[\u201C-\u201F\u2033\u00AB\u00BB]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\s\u00A0\u200B\u2060]+/g, ' ')
    .replace(/(?<=\p{L})'(?=\p{L})/gu, apostrophe)
  const even = (plain.match(/'/g) ?? []).length % 2 === 0
  return parseArgs(even ? plain : plain.replaceAll("'", apostrophe)).map((word) =>
    unescaped(word.replaceAll(apostrophe, "'")),
  )
}

/** Stands for an apostrophe while quotations are looked for; never typed. */
const apostrophe = '\u02BC'

/** `should_escape` turns people into `<@U…|name>` and channels into `<#C…|name>`; other words have entities. */
function unescaped(word: string): string {
  return word
    .replace(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g, '@$1')
    .replace(/<#([CG][A-Z0-9]+)(?:\|[^<>]*)?>/g, '#$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
