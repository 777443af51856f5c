/**
 * What is left of an answer when it is compared with its screen: a program renders Markdown, numbers code and wraps, and
 * each of that loses something. Fences, backticks, emphasis, headings' signs and Gemini's indentation of lists go, and
 * any run of white space counts as one blank.
 */
export function normalText(text: string): string {
  return text
    .replace(/^\s*```\w*\s*$/gm, "")
    .replace(/^#{1,6} /gm, "")
    .replace(/[`*]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
