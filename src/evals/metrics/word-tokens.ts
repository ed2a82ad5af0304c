import { splitWords } from "../python-text.ts";

/**
 * The words and marks of an English text, as NLTK's `word_tokenize` makes them, which BLEU of HELM counts:
 * `don't` is `do` and `n't`, marks stand alone, a full stop only where a sentence ends.
 *
 * Where a sentence ends NLTK takes from a trained model (Punkt); here it is a mark followed by white space and no small
 * letter, after a word that is no initial and no usual abbreviation.
 */
export const wordTokens = (text: string): readonly string[] => sentences(text).flatMap(tokensOf);

const sentenceEnd = /(?<=[.?!]["')\]»”’]*)\s+(?=["'([«“‘„`]*[^\p{Ll}\s])/u;
const abbreviation =
  /(?:^|[\s("'[])(?:\p{L}|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|Gen|Gov|Sen|Rep|Col|Capt|Lt|Inc|Corp|Co|Ltd|vs|etc|No|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|(?:\p{L}\.)+\p{L})\.$/u;

function sentences(text: string): readonly string[] {
  const found: string[] = [];
  let open = "";
  for (const part of text.split(sentenceEnd)) {
    open = open === "" ? part : `${open} ${part}`;
    if (abbreviation.test(part)) continue;
    found.push(open);
    open = "";
  }
  return open === "" ? found : [...found, open];
}

/** Each in turn on what the one before made of the sentence; tokens are what spaces part in the end. */
const marks: readonly (readonly [RegExp, string])[] = [
  [/[«“‘„]|`+/g, " $& "],
  [/(?<=[ ([{<])(?:"|'{2})/g, " `` "],
  [/'(?!re|ve|ll|m|t|s|d|n)(?=[\p{L}\p{N}_](?![\p{L}\p{N}_]))/giu, "' "],
  [/(?<=[^.])\.(?=[\])}>"'»”’ ]*\s*$)/g, " . "],
  [/[:,](?=[^\d])|[:,]$/g, " $& "],
  [/\.{2,}/g, " $& "],
  [/[;@#$%&?!*]/g, " $& "],
  [/(?<=[^'])'(?= )/g, " '"],
  [/[\][(){}<>]/g, " $& "],
  [/--/g, " -- "],
  [/[»”’]/g, " $& "],
  [/''|"/g, " '' "],
  [/\s+/g, " "],
  [/(?<=[^' ])(?:'[sSmMdD]|')(?= )/g, " $& "],
  [/(?<=[^' ])(?:'ll|'LL|'re|'RE|'ve|'VE|n't|N'T)(?= )/g, " $& "],
  [
    /\b(?:can(?=not\b)|d(?='ye\b)|(?:gim|lem)(?=me\b)|gon(?=na\b)|got(?=ta\b)|mor(?='n\b)|wan(?=na\s))/gi,
    " $& ",
  ],
  [/ 't(?=(?:is|was)\b)/gi, "$& "],
];

function tokensOf(sentence: string): readonly string[] {
  let text = ` ${sentence} `;
  for (const [mark, instead] of marks) text = text.replaceAll(mark, instead);
  return splitWords(text);
}
