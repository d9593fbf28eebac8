import { useEffect, useState } from "react";

/** The value once it has not changed for a moment: questions are asked when typing pauses, not on every key. */
export function useSettled(value: string, afterMillis = 250): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMillis);
    return () => clearTimeout(timer);
  }, [value, afterMillis]);
  return settled;
}
