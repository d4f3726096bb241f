import { Component, type ReactNode } from 'react';

interface BoundaryProps {
  readonly children: ReactNode;
  /** What stands there instead once something below has thrown. */
  readonly fallback: (error: unknown) => ReactNode;
}

interface BoundaryState {
  /** Null while all is well. */
  readonly caught: { readonly error: unknown } | null;
}

/** Keeps a fault where it happened. React catches errors in classes only. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { caught: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { caught: { error } };
  }

  override render(): ReactNode {
    const { caught } = this.state;
    return caught ? this.props.fallback(caught.error) : this.props.children;
  }
}
