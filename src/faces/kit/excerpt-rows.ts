/** What evidence was believed of, a row a line: readers join the rows of a dialog with bars. */
export function excerptRows(excerpt: string): string[] {
  return excerpt.split(/\n| \| /);
}
