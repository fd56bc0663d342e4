"""The training in three stages: first the senses' adapters, then the whole model, then LoRAMoE experts on a frozen backbone."""
