/*
 * Frames as agents write them: "pkg.Class.method:line" (SkyWalking's Python agent puts a blank before the line). What a
 * frame is called is the text of others: nothing here trusts that it has any of these parts.
 */

export interface FrameParts {
  /** Without the line. */
  readonly name: string;
  /** Null: none is named. -2 is native code, -1 unknown, as in a StackTraceElement. */
  readonly line: number | null;
}

export function frameParts(text: string): FrameParts {
  const match = /:\s?(-?\d{1,9})$/.exec(text);
  return match === null
    ? { name: text, line: null }
    : { name: text.slice(0, match.index), line: Number(match[1]) };
}

export function lineWords(line: number | null): string {
  if (line === null || line === -1) return "line unknown";
  if (line === -2) return "native code";
  return `line ${line}`;
}

/** "Class.method", for places that are too narrow for the package. */
export function shortName(name: string): string {
  const method = name.lastIndexOf(".");
  const owner = method <= 0 ? -1 : name.lastIndexOf(".", method - 1);
  return name.slice(owner + 1);
}

/** What stands in a stack for the frames between its ends that the agent left out. */
const CUT = /^\.\.\.\((\d+ )?frames\)\.cut$/;
/** One name for all of them, or stacks that differ only in how deep they were would not join. */
export const CUT_NAME = "(frames that were cut)";
/** What nobody called: time of hidden frames that have no caller which is shown. */
export const HIDDEN_NAME = "(hidden frames)";

/** A name that draws nothing still has to be something one can point at. */
export const BLANK_NAME = "(no name)";

/** Up to JDK 17 reflection makes such classes, and numbers them anew in each process. */
const ACCESSOR = /^jdk\.internal\.reflect\.(Generated[A-Za-z]{1,40}Accessor)\d{1,9}\./;

export function commonName(name: string): string {
  if (name.trim() === "") return BLANK_NAME;
  return CUT.test(name) ? CUT_NAME : name.replace(ACCESSOR, "jdk.internal.reflect.$1.");
}

export interface FrameGroup {
  readonly id: string;
  readonly label: string;
  readonly prefixes: readonly string[];
  /** Parts of names: classes made at run time are named after the reader's own. */
  readonly parts?: readonly string[];
}

/** Frames that are not the reader's code. What is hidden is listed on the page, with these prefixes. */
export const FRAME_GROUPS: readonly FrameGroup[] = [
  {
    id: "jdk",
    label: "JDK",
    prefixes: ["java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.coroutines.", "scala."],
  },
  {
    id: "server",
    label: "Servlet containers",
    prefixes: [
      "jakarta.servlet.",
      "javax.servlet.",
      "org.apache.catalina.",
      "org.apache.coyote.",
      "org.apache.tomcat.",
      "org.eclipse.jetty.",
      "io.undertow.",
      "org.xnio.",
      "io.netty.",
      "reactor.",
    ],
  },
  {
    id: "spring",
    label: "Spring",
    prefixes: ["org.springframework."],
    parts: ["$$SpringCGLIB$$", "$$EnhancerBySpringCGLIB$$", "$$FastClassBySpringCGLIB$$"],
  },
  {
    id: "agent",
    label: "Tracing agents",
    prefixes: [
      "io.skein.agent.",
      "io.skein.api.",
      "io.skein.core.",
      "io.skein.plugin.",
      "io.skein.start.",
      "org.apache.skywalking.apm.",
    ],
  },
];

/** The longest prefix decides: javax.servlet is the containers', javax the JDK's. */
const PREFIXES = FRAME_GROUPS.flatMap((group) =>
  group.prefixes.map((prefix) => ({ prefix, id: group.id })),
).sort((a, b) => b.prefix.length - a.prefix.length);

/** Null: the reader's own, as far as we know. */
export function groupOf(name: string): string | null {
  for (const { prefix, id } of PREFIXES) if (name.startsWith(prefix)) return id;
  for (const { parts = [], id } of FRAME_GROUPS) if (parts.some((part) => name.includes(part))) return id;
  return null;
}

/** Whether a group is meant by what an address says; the rest is not ours and is left out. */
export function isGroup(id: string): boolean {
  return FRAME_GROUPS.some((group) => group.id === id);
}
