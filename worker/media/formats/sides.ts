/** How large a picture is, in pixels. */
export interface Sides {
  readonly width: number;
  readonly height: number;
}
