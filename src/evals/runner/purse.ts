/** What is left of an amount of money while many spend it at once: reserved before it is spent. */
export interface Purse {
  /** Millionths of a US dollar. */
  readonly spent: () => number;
  /** What is neither spent nor reserved; Infinity without a ceiling. */
  readonly left: () => number;
  /** Counts what was spent before. */
  readonly charge: (micros: number) => void;
  /**
   * Takes what something may cost at most, waiting for others to settle where only they stand in the way.
   * null: there is not enough.
   */
  readonly reserve: (micros: number) => Promise<Reserved | null>;
}

export interface Reserved {
  /** Gives back what was not needed. */
  readonly settle: (micros: number) => void;
}

/** Thrown where something must be paid on the way, and nothing is left to pay it with: the evaluation stops there. */
export class NoMoneyLeft extends Error {
  override readonly name = "NoMoneyLeft";
}

/** @param ceiling in millionths of a US dollar; null: none */
export function purse(ceiling: number | null): Purse {
  let [spent, reserved] = [0, 0];
  let waiting: (() => void)[] = [];
  const left = (): number => (ceiling === null ? Infinity : ceiling - spent - reserved);
  const changed = (): void => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const take = (micros: number): Reserved => {
    reserved += micros;
    let isOpen = true;
    return {
      settle: (charged) => {
        if (!isOpen) return;
        isOpen = false;
        reserved -= micros;
        spent += charged;
        changed();
      },
    };
  };
  return {
    spent: () => spent,
    left,
    charge: (micros) => {
      spent += micros;
    },
    reserve: async (micros) => {
      while (micros > left()) {
        if (reserved === 0) return null;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return take(micros);
    },
  };
}
