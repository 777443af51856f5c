/** What a dialog of Claude Code says, in its last row, of the keys that it takes. */
export const HINT = /\b(?:Esc to cancel|Enter to (?:confirm|select)|↑\/↓ to navigate)\b/i;
