/**
 * The codes of a package by HTTP status, each with a sentence about its meaning and remedy. The status is that of the answer
 * when the error is sent over plain HTTP, or when a GraphQL request is refused before it runs. Codes with status 200 occur
 * only in a GraphQL answer with `data`, in a stream, or in a stored failure.
 */
export type ErrorsByStatus = { readonly [status: number]: { readonly [code: string]: string } };

type CodesOf<Errors extends ErrorsByStatus> = { [S in keyof Errors]: keyof Errors[S] }[keyof Errors];

/** The status of each code, as a type that extends `ErrorCodes`. */
export type StatusByCode<Errors extends ErrorsByStatus> = {
  readonly [C in CodesOf<Errors>]: { [S in keyof Errors]: C extends keyof Errors[S] ? S : never }[keyof Errors];
};

const STATUS_BY_CODE = new Map<string, number>();

/**
 * Declares the codes of a package. `docs/errors.md` is generated from all declarations.
 *
 * @throws Error if a code is already declared with another status: a code has one meaning
 */
export function defineErrors<const Errors extends ErrorsByStatus>(errors: Errors): Errors {
  for (const [status, codes] of Object.entries(errors)) {
    for (const code of Object.keys(codes)) {
      const known = STATUS_BY_CODE.get(code);
      if (known !== undefined && known !== Number(status)) {
        throw new Error(
          `The error code ${code} is declared with the statuses ${known} and ${status}; expected one status.`,
        );
      }
      STATUS_BY_CODE.set(code, Number(status));
    }
  }
  return errors;
}

/** The HTTP status of a code; undefined for a code that no package in this process declares. */
export function findStatus(code: string): number | undefined {
  return STATUS_BY_CODE.get(code);
}
