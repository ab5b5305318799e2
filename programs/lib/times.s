# Times as people read them: UTC, the proleptic Gregorian calendar. There are no time zones here.
    .include "macros.inc"
    .include "times.inc"

    .text
# break_down(seconds since 1970, ns, tm): fills in the tm. Years are counted from March, so that the leap day comes last.
    .globl break_down
break_down:
    sd a0, TM_EPOCH(a2)
    sd a1, TM_NS(a2)
    li t0, SECONDS_PER_DAY
    div t1, a0, t0                  # t1 = days, rounded down
    rem t2, a0, t0
    bgez t2, 1f
    add t2, t2, t0
    addi t1, t1, -1
1:  li t0, 3600
    div t3, t2, t0
    sd t3, TM_HOUR(a2)
    rem t2, t2, t0
    li t0, 60
    div t3, t2, t0
    sd t3, TM_MINUTE(a2)
    rem t2, t2, t0
    sd t2, TM_SECOND(a2)
    addi t2, t1, 4                  # 1 January 1970 was a Thursday
    li t0, 7
    rem t2, t2, t0
    bgez t2, 2f
    add t2, t2, t0
2:  sd t2, TM_WEEKDAY(a2)
    li t0, EPOCH_DAYS
    add t1, t1, t0
    li t0, DAYS_PER_ERA
    div t2, t1, t0                  # t2 = era
    rem t3, t1, t0                  # t3 = day of era
    bgez t3, 3f
    add t3, t3, t0
    addi t2, t2, -1
3:  li t0, 1460                     # year of era = (d - d/1460 + d/36524 - d/146096) / 365
    div t4, t3, t0
    sub t4, t3, t4
    li t0, 36524
    div t5, t3, t0
    add t4, t4, t5
    li t0, 146096
    div t5, t3, t0
    sub t4, t4, t5
    li t0, 365
    div t4, t4, t0                  # t4 = year of era
    mul t5, t4, t0                  # day of year = d - (365 y + y/4 - y/100)
    sub t5, t3, t5
    srli t6, t4, 2
    sub t5, t5, t6
    li t0, 100
    div t6, t4, t0
    add t5, t5, t6                  # t5 = day of the year that begins on 1 March
    li t0, 400
    mul t2, t2, t0
    add t2, t2, t4                  # t2 = that year
    li t0, 5                        # month = (5 d + 2) / 153
    mul t6, t5, t0
    addi t6, t6, 2
    li t0, 153
    div t6, t6, t0                  # t6 = months since March
    mul t3, t6, t0                  # day = d - (153 m + 2) / 5 + 1
    addi t3, t3, 2
    li t0, 5
    div t3, t3, t0
    sub t3, t5, t3
    addi t3, t3, 1
    sd t3, TM_DAY(a2)
    addi t6, t6, 3
    li t0, 12
    addi t5, t5, 59                 # as a day of the year that begins on 1 January: February has ended
    ble t6, t0, 4f
    addi t6, t6, -12
    addi t2, t2, 1
    li t0, 365
    sub t5, t5, t0
    sd t6, TM_MONTH(a2)
    sd t2, TM_YEAR(a2)
    sd t5, TM_YEARDAY(a2)
    ret
4:  sd t6, TM_MONTH(a2)
    sd t2, TM_YEAR(a2)
    andi t0, t2, 3                  # and its 29th day comes before March in a leap year
    bnez t0, 5f
    li t0, 100
    rem t1, t2, t0
    bnez t1, 45f
    li t0, 400
    rem t1, t2, t0
    bnez t1, 5f
45: addi t5, t5, 1
5:  sd t5, TM_YEARDAY(a2)
    ret

# format_time(buffer, size, format, tm) -> length: strftime. Letters: see the tables below. What does not fit is left out.
    .globl format_time
format_time:
    enter 8
    mv s0, a0                       # s0 = where the text goes on
    mv s1, a1                       # s1 = room
    mv s2, a2                       # s2 = format
    mv s3, a3                       # s3 = tm
    mv s4, a0
1:  lbu t0, 0(s2)
    beqz t0, 9f
    addi s2, s2, 1
    li t1, '%'
    bne t0, t1, 2f
    lbu t0, 0(s2)
    beqz t0, 15f
    addi s2, s2, 1
    j 3f
15: mv t0, t1                       # a lone % at the end
2:  li t1, 1                        # a plain character
    bleu s1, t1, 1b
    sb t0, 0(s0)
    addi s0, s0, 1
    addi s1, s1, -1
    j 1b
3:  la t1, time_composites          # a letter for a whole format
4:  lbu t2, 0(t1)
    beqz t2, 5f
    addi t1, t1, 16
    bne t2, t0, 4b
    mv a0, s0
    mv a1, s1
    ld a2, -8(t1)
    mv a3, s3
    call format_time
    j 8f
5:  la t1, time_numbers             # a letter for a number
6:  lbu t2, TIME_LETTER(t1)
    beqz t2, 7f
    addi t1, t1, TIME_NUMBER_SIZE
    bne t2, t0, 6b
    addi t1, t1, -TIME_NUMBER_SIZE
    lbu t2, TIME_FIELD(t1)
    add t2, t2, s3
    ld a3, 0(t2)
    lb t2, TIME_BEFORE(t1)
    add a3, a3, t2
    lbu t2, TIME_MODULO(t1)
    beqz t2, 65f
    rem a3, a3, t2
65: lb t2, TIME_AFTER(t1)
    add a3, a3, t2
    ld a2, TIME_FORMAT(t1)
    j 75f
7:  la t1, time_names               # a letter for a name
    lstr a2, "%%%c"
    mv a3, t0
71: lbu t2, 0(t1)
    beqz t2, 75f                    # an unknown letter stands for itself
    addi t1, t1, 24
    bne t2, t0, 71b
    lbu t2, -23(t1)
    add t2, t2, s3
    ld t2, 0(t2)
    lbu t3, -22(t1)
    div t2, t2, t3
    ld t3, -16(t1)
    slli t2, t2, 3
    add t3, t3, t2
    ld a3, 0(t3)
    ld a2, -8(t1)
75: mv a0, s0
    mv a1, s1
    call snprintf
8:  blt a0, s1, 85f
    addi a0, s1, -1
85: add s0, s0, a0
    sub s1, s1, a0
    j 1b
9:  sb zero, 0(s0)
    sub a0, s0, s4
    leave 8

.macro time_composite letter, format
    .byte \letter
    .balign 8
    .dword \format
.endm
.macro time_number letter, field, before, modulo, after, format
    .byte \letter, \field, \before, \modulo, \after
    .balign 8
    .dword \format
.endm
# time_name letter, field, divisor, texts, format: texts[field / divisor]
.macro time_name letter, field, divisor, texts, format
    .byte \letter, \field, \divisor
    .balign 8
    .dword \texts, \format
.endm

    .section .rodata
    .balign 8
time_composites:
    time_composite 'c', format_c
    time_composite 'D', format_d
    time_composite 'F', format_f
    time_composite 'r', format_r
    time_composite 'R', format_hm
    time_composite 'T', format_hms
    time_composite 'x', format_d
    time_composite 'X', format_hms
    .dword 0
time_numbers:
    time_number 'Y', TM_YEAR, 0, 0, 0, format_plain
    time_number 'y', TM_YEAR, 0, 100, 0, format_2
    time_number 'm', TM_MONTH, 0, 0, 0, format_2
    time_number 'd', TM_DAY, 0, 0, 0, format_2
    time_number 'e', TM_DAY, 0, 0, 0, format_2_blank
    time_number 'H', TM_HOUR, 0, 0, 0, format_2
    time_number 'k', TM_HOUR, 0, 0, 0, format_2_blank
    time_number 'I', TM_HOUR, 11, 12, 1, format_2
    time_number 'l', TM_HOUR, 11, 12, 1, format_2_blank
    time_number 'M', TM_MINUTE, 0, 0, 0, format_2
    time_number 'S', TM_SECOND, 0, 0, 0, format_2
    time_number 'j', TM_YEARDAY, 0, 0, 1, format_3
    time_number 'u', TM_WEEKDAY, 6, 7, 1, format_plain
    time_number 'w', TM_WEEKDAY, 0, 0, 0, format_plain
    time_number 's', TM_EPOCH, 0, 0, 0, format_plain
    time_number 'N', TM_NS, 0, 0, 0, format_9
    .dword 0, 0
time_names:
    time_name 'a', TM_WEEKDAY, 1, weekdays, format_3_letters
    time_name 'A', TM_WEEKDAY, 1, weekdays, format_text
    time_name 'b', TM_MONTH, 1, months, format_3_letters
    time_name 'h', TM_MONTH, 1, months, format_3_letters
    time_name 'B', TM_MONTH, 1, months, format_text
    time_name 'p', TM_HOUR, 12, half_days, format_text
    time_name 'P', TM_HOUR, 12, half_days_small, format_text
    time_name 'Z', TM_HOUR, 24, zone_names, format_text
    time_name 'z', TM_HOUR, 24, zone_offsets, format_text
    time_name 'n', TM_HOUR, 24, newlines, format_text
    time_name 't', TM_HOUR, 24, tabs, format_text
    time_name '%', TM_HOUR, 24, percents, format_text
    .dword 0, 0, 0
weekdays: .dword sunday, monday, tuesday, wednesday, thursday, friday, saturday
months: .dword 0, january, february, march, april, may, june, july, august, september, october, november, december
half_days: .dword am, pm
half_days_small: .dword am_small, pm_small
zone_names: .dword utc
zone_offsets: .dword utc_offset
newlines: .dword newline
tabs: .dword tab
percents: .dword percent
format_c: .asciz "%a %b %e %H:%M:%S %Y"
format_d: .asciz "%m/%d/%y"
    .globl format_f
format_f: .asciz "%Y-%m-%d"
format_r: .asciz "%I:%M:%S %p"
format_hm: .asciz "%H:%M"
format_hms: .asciz "%H:%M:%S"
format_plain: .asciz "%ld"
format_2: .asciz "%02ld"
format_2_blank: .asciz "%2ld"
format_3: .asciz "%03ld"
format_9: .asciz "%09ld"
format_3_letters: .asciz "%.3s"
format_text: .asciz "%s"
sunday: .asciz "Sunday"
monday: .asciz "Monday"
tuesday: .asciz "Tuesday"
wednesday: .asciz "Wednesday"
thursday: .asciz "Thursday"
friday: .asciz "Friday"
saturday: .asciz "Saturday"
january: .asciz "January"
february: .asciz "February"
march: .asciz "March"
april: .asciz "April"
may: .asciz "May"
june: .asciz "June"
july: .asciz "July"
august: .asciz "August"
september: .asciz "September"
october: .asciz "October"
november: .asciz "November"
december: .asciz "December"
am: .asciz "AM"
pm: .asciz "PM"
am_small: .asciz "am"
pm_small: .asciz "pm"
utc: .asciz "UTC"
utc_offset: .asciz "+0000"
newline: .asciz "\n"
tab: .asciz "\t"
percent: .asciz "%"
