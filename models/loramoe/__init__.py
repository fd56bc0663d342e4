"""LoRAMoE: several low-rank experts and a router beside each linear layer of a frozen network, as a tuner of peft."""
