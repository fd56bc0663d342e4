"""What the experts that run diffusers pipelines share: loading a checkpoint, steps with progress and Stop, sizes, pasting back."""
