"""What AiOS's authors run it for: submission files of AGORA and BEDLAM, meshes of a demo."""
