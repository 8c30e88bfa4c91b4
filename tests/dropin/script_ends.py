import dropin_script_ends

dropin_script_ends.start()
