/** A token's text on one line: line ends and tabs become signs. */
export function onOneLine(piece: string): string {
  return piece.replaceAll('\r', '').replaceAll('\n', '↵').replaceAll('\t', '⇥');
}

/** A token's text in quotes, so that its spaces can be seen. */
export function quoted(piece: string | undefined): string {
  return piece === undefined ? '' : `“${onOneLine(piece)}”`;
}
