/** How far a run is. */
export interface Progress {
  readonly phase: 'preflight' | 'calibration' | 'seeding' | 'reading' | 'judging' | 'probing' | 'cleaning up'
  readonly done: number
  readonly total: number
  readonly requests: number
  /** Requests a second that may go out now; 0 for as fast as it goes. */
  readonly rate: number
}
