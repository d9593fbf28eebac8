import type { KeyboardEvent, ReactNode } from "react";
import { getTagKeys, getTagValues } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { plainText } from "../../domain/text.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Text } from "../../parts/Text.tsx";
import { useSettled } from "../../parts/useSettled.ts";

interface TagFilterProps {
  readonly service: string;
  readonly tags: readonly string[];
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onTags: (tags: readonly string[]) => void;
}

export function TagFilter({ service, tags, text, onText, onTags }: TagFilterProps): ReactNode {
  const settledService = useSettled(service);
  const key = useSettled(text.includes("=") ? text.slice(0, text.indexOf("=")) : "");
  const keys = useAnswer(`tags ${settledService}`, (signal) => getTagKeys(settledService, signal));
  const values = useAnswer(key === "" ? null : `values ${settledService}\n${key}`, (signal) =>
    getTagValues(settledService, key, signal),
  );
  const suggestions =
    key === ""
      ? keys.answer.state === "ready"
        ? keys.answer.data
        : []
      : values.answer.state === "ready"
        ? values.answer.data.map((value) => `${key}=${value}`)
        : [];

  const add = (): void => {
    const tag = text.trim();
    if (tag === "") return;
    onTags(tags.includes(tag) ? tags : [...tags, tag]);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter" && text.trim() !== "") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && tags.length > 0) {
      onTags(tags.slice(0, -1));
    }
  };

  return (
    <div className="field">
      <label htmlFor="tag-text">Tags, all of them</label>
      {tags.length > 0 && (
        <ul className="tags">
          {tags.map((tag) => (
            <li key={tag} className="chip">
              <Text value={tag} limit={80} />
              <button
                type="button"
                aria-label={`Remove tag ${plainText(tag.slice(0, 80))}`}
                onClick={() => onTags(tags.filter((other) => other !== tag))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="tag-entry">
        <input
          id="tag-text"
          value={text}
          list="tag-suggestions"
          placeholder="http.status_code=500"
          spellCheck={false}
          autoComplete="off"
          onChange={(e) => onText(e.target.value)}
          onKeyDown={onKey}
        />
        <button type="button" onClick={add} disabled={text.trim() === ""}>
          Add
        </button>
      </div>
      <datalist id="tag-suggestions">
        {suggestions.slice(0, 100).map((suggestion) => (
          <option key={suggestion} value={suggestion} label={plainText(suggestion.slice(0, 200))} />
        ))}
      </datalist>
    </div>
  );
}
