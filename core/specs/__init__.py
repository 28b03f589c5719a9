"""What a person can set: settings, their documentation, links and presets."""
