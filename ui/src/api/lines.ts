const LINE_BREAK = 10;

/** Gives the lines of a body as they arrive, the last one also without an end. */
export async function eachLine(
  response: Response,
  ended: AbortSignal,
  take: (line: string) => void,
): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  // The page may have moved on: what is still under way is not wanted.
  const giveUp = (): void => void reader.cancel().catch(() => undefined);
  ended.addEventListener("abort", giveUp, { once: true });
  try {
    const decoder = new TextDecoder();
    let begun = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const bytes = part.value;
      let from = 0;
      for (let at = bytes.indexOf(LINE_BREAK); at >= 0; at = bytes.indexOf(LINE_BREAK, from)) {
        take(begun + decoder.decode(bytes.subarray(from, at), { stream: true }));
        begun = "";
        from = at + 1;
      }
      begun += decoder.decode(bytes.subarray(from), { stream: true });
    }
    take(begun + decoder.decode());
  } catch (cause) {
    giveUp();
    throw cause;
  } finally {
    ended.removeEventListener("abort", giveUp);
  }
}
