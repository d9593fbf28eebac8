import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon.tsx";
import { setTheme, useTheme, type Theme } from "./theme.ts";

const CHOICES: readonly { theme: Theme; icon: IconName; label: string }[] = [
  { theme: "system", icon: "screen", label: "As the system" },
  { theme: "light", icon: "sun", label: "Light" },
  { theme: "dark", icon: "moon", label: "Dark" },
];

export function ThemeSwitch(): ReactNode {
  const theme = useTheme();
  return (
    <div className="theme-switch" role="group" aria-label="Theme">
      {CHOICES.map((choice) => (
        <button
          key={choice.theme}
          type="button"
          title={choice.label}
          aria-label={choice.label}
          aria-pressed={theme === choice.theme}
          onClick={() => setTheme(choice.theme)}
        >
          <Icon name={choice.icon} />
        </button>
      ))}
    </div>
  );
}
