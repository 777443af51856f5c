/** How long ago, in as few characters as tell it: `5s`, `12m`, `3h`, `4d`. */
export function age(sinceIso: string, nowMs: number): string {
  const ms = nowMs - Date.parse(sinceIso);
  if (!Number.isFinite(ms)) return "";
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
